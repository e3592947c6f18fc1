import Catalog
import Conversation
import Language
import Plots
import Tensors

/// Commands about the session itself.
enum SessionCalls {
  static let variables: Declaration = .command(
    "variables", "Lists the variables of this session.", examples: ["variables"],
    keywords: ["names", "workspace"]
  ) { session in
    Table(
      columns: [.init("name"), .init("kind"), .init("value")],
      rows: session.evaluator.variables.map { name, value in
        [.text(name), .text(value.kind), .text(value.line(quoted: true))]
      })
  }

  static let forget: Declaration = .command(
    "forget", "Removes a variable; what it held is freed if nothing else holds it.",
    Argument("name", "The variable.") as Argument<Mention>,
    examples: ["x = 1\nforget x"], keywords: ["delete", "remove", "del"]
  ) { session, mention in
    let name: String
    switch mention {
    case .name(let text), .value(.string(let text)): name = text
    case .value(let value):
      throw Failure(.argument, "forget needs a name, got \(value.line(quoted: true))")
    }
    guard session.evaluator.forget(name) else {
      let near = nearest(to: name, among: session.evaluator.variables.map(\.name))
      throw Failure(
        .name, "there is no variable '\(name)'", advice: near.map { "did you mean '\($0)'?" })
    }
    return Value.none
  }

  static let quit: Declaration = .command(
    "quit", aliases: ["exit"], "Leaves the session.",
    Argument("code", "Exit code for the shell.", default: 0) {
      $0 >= 0 && $0 < 256 ? nil : "must be in 0 ..< 256"
    },
    examples: ["help quit"], keywords: ["leave", "end"]
  ) { session, code -> Value in
    session.exitCode = Int32(code)
    throw Leaving()
  }

  static let seed: Declaration = .command(
    "seed", "Sets what models and runs are drawn from where no seed is given.",
    Argument("n", "A whole number.") as Argument<Int>, examples: ["seed 1"],
    keywords: ["random", "reproducible"]
  ) { session, number in
    session.seed = number
    return Value.none
  }

  static let set: Declaration = .command(
    "set", "Changes how the session works; alone, shows how it does.",
    details: """
      `threads`: how many cores compute (results are the same for any number). `width`: columns of \
      text. `color`: colours in text. `exact`: convolutions by plain sums, without the fast \
      transform that rounds a little more. `plot`: whether a terminal draws plots as text or as \
      pictures (kitty, sixel), in words, or as it says itself that it can (auto).
      """,
    Argument("threads", "Threads that compute.", default: Int?.none) {
      (1...64).contains($0 ?? 1) ? nil : "must be in 1 .. 64"
    },
    Argument("width", "Columns of text.", default: Int?.none) {
      (20...1000).contains($0 ?? 80) ? nil : "must be in 20 .. 1000"
    },
    Argument("color", "Whether text has colours.", default: Bool?.none),
    Argument("exact", "Whether convolutions are computed by plain sums.", default: Bool?.none),
    Argument("plot", "How a terminal shows plots.", default: PlotMode?.none),
    examples: ["set threads=2", "set plot=\"text\"", "set"],
    keywords: ["settings", "options", "configure", "threads"]
  ) { session, threads, width, color, exact, plot -> Value in
    if let threads { ThreadPool.shared.threadCount = threads }
    if let width { session.style.width = width }
    if let color { session.style.color = color }
    if let exact { session.isExact = exact }
    if let plot { session.plotMode = plot }
    guard threads == nil, width == nil, color == nil, exact == nil, plot == nil else {
      return .none
    }
    return .object(
      Table(
        columns: [.init("setting"), .init("value")],
        rows: [
          [.text("threads"), .number(Double(ThreadPool.shared.threadCount))],
          [.text("width"), .number(Double(session.style.width))],
          [.text("color"), .flag(session.style.color)],
          [.text("exact"), .flag(session.isExact)],
          [.text("plot"), .text(session.plotMode.rawValue)],
          [.text("seed"), .number(Double(session.seed))],
        ]))
  }

  static let declarations = [variables, forget, quit, seed, set]
}
