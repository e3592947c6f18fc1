import Catalog
import Conversation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A session of a few words, for tests of the front door: one statement a line.
///
/// `print TEXT`, `warn TEXT`, `lines N`, `flood N`, `heavy N` (mebibytes), `fail TEXT`, `spin` (until interrupted), `nap MS`,
/// `ask PROMPT`, `secret PROMPT`, `draw ID TEXT`, `update ID TEXT`, `redraw N`, `clear`, `page TEXT`,
/// `next TEXT`, `quit N`, `put NAME N`, a number, a name or a sum `A + B`; `depth N` recurses.
final class SampleInterpreter: Interpreter {
  var style = Style()
  var isLive = false
  private let listener: any Listener
  private let interruption: Interruption
  private var names: [String: Double] = [:]
  private var inputs: [PastInput] = []

  init(_ listener: any Listener, _ interruption: Interruption) {
    self.listener = listener
    self.interruption = interruption
  }

  static let factory: InterpreterFactory = { SampleInterpreter($0, $1) }

  func execute(_ request: Request) -> Outcome {
    if request.isRecorded {
      inputs.append(
        PastInput(session: 1, line: inputs.count + 1, code: request.code, output: nil))
    }
    let lines = request.code.split(separator: "\n").map(String.init)
    for (index, line) in lines.enumerated() {
      let isLast = index + 1 == lines.count
      do {
        if let code = try perform(line, isLast && request.showsValues) { return .quit(code: code) }
      } catch {
        return .failed(SampleInterpreter.report(error))
      }
    }
    return .done
  }

  private static func report(_ error: any Error) -> Report {
    let failure = (error as? any Explained)?.failure ?? Failure(.value, "\(error)")
    return Report(
      name: failure.kind.rawValue, message: failure.message,
      lines: ["error: " + failure.message, "  1 | line"])
  }

  /// One statement; an exit code if it leaves.
  private func perform(_ line: String, _ isLast: Bool) throws -> Int32? {
    let split = line.split(separator: " ", maxSplits: 1).map(String.init)
    let rest = split.count > 1 ? split[1] : ""
    let number = Int(rest) ?? 0
    switch split.first {
    case "print": listener.receive(.text(rest + "\n"))
    case "warn": listener.receive(.warning(rest + "\n"))
    case "lines": for index in 0..<number { listener.receive(.text("line \(index)\n")) }
    case "flood":
      for index in 0..<number {
        try interruption.check()
        listener.receive(.display(Display("picture \(index)"), id: nil))
      }
    case "heavy":
      let text = String(repeating: "x", count: 1 << 20)
      for _ in 0..<number {
        try interruption.check()
        listener.receive(.display(Display(text), id: nil))
      }
    case "fail": throw Failure(.value, rest)
    case "spin": while true { try pause(1) }
    case "nap": for _ in 0..<number { try pause(1) }
    case "ask": listener.receive(.text("got \(try listener.ask(rest, secret: false))\n"))
    case "secret": listener.receive(.text("got \(try listener.ask(rest, secret: true))\n"))
    case "draw": listener.receive(.display(Display(rest), id: rest))
    case "update": listener.receive(.update(Display(rest), id: "curve"))
    case "redraw":
      listener.receive(.display(Display("0"), id: "curve"))
      for index in 1...max(number, 1) {
        listener.receive(.update(Display("\(index)"), id: "curve"))
      }
    case "clear": listener.receive(.clear(wait: rest == "wait"))
    case "page":
      let form = Display.Form("text/markdown; charset=utf-8", "*\(rest)*")
      listener.receive(.page(Display(rest, forms: [form])))
    case "next": listener.receive(.nextInput(rest))
    case "quit": return Int32(number)
    case "depth": listener.receive(.text("\(SampleInterpreter.depth(number))\n"))
    case "put":
      let parts = rest.split(separator: " ").map(String.init)
      names[parts.first ?? ""] = Double(parts.last ?? "")
    case nil: break
    default: listener.receive(.value(Display(numberText(try sum(line))), last: isLast))
    }
    return nil
  }

  private static func depth(_ count: Int) -> Int { count == 0 ? 0 : 1 + depth(count - 1) }

  private func pause(_ milliseconds: UInt32) throws {
    try interruption.check()
    usleep(milliseconds * 1000)
  }

  private func sum(_ line: String) throws -> Double {
    try line.split(separator: "+").map { part in
      let word = part.filter { $0 != " " }
      guard let number = Double(word) ?? names[word] else {
        throw Failure(.name, "nothing is called '\(word)'")
      }
      return number
    }.reduce(0, +)
  }

  func evaluate(_ expression: String) -> Result<Display, Report> {
    do {
      return .success(Display(numberText(try sum(expression))))
    } catch {
      return .failure(SampleInterpreter.report(error))
    }
  }

  private static let words = ["print", "page", "put", "résumé"]

  func complete(_ code: String, at cursor: Int) -> Completions {
    let before = Array(code.unicodeScalars.prefix(cursor))
    let word = before.reversed().prefix { $0 != " " && $0 != "\n" }.reversed()
    var prefix = ""
    prefix.unicodeScalars.append(contentsOf: word)
    let items = SampleInterpreter.words.filter { $0.hasPrefix(prefix) }.map {
      Completion($0, type: "function", signature: "\($0)(text)", summary: "A word.")
    }
    return Completions(range: cursor - word.count..<cursor, items: items)
  }

  func inspect(_ code: String, at cursor: Int, detailed: Bool) -> Display? {
    guard code.hasPrefix("print") else { return nil }
    let text = detailed ? "print, at length, at \(cursor)" : "print at \(cursor)"
    return Display(text, forms: [Display.Form("text/markdown", "**\(text)**")])
  }

  func completeness(_ code: String) -> Completeness {
    var open = 0
    for character in code {
      if "([{".contains(character) { open += 1 }
      if ")]}".contains(character) { open -= 1 }
      if open < 0 { return .invalid }
    }
    return open > 0 ? .incomplete(indent: "  ") : .complete
  }

  func past(_ query: PastQuery) -> [PastInput] {
    switch query {
    case .tail(let count): return inputs.suffix(count)
    case .range(_, let start, let stop):
      return inputs.filter { $0.line >= start && $0.line < stop ?? .max }
    case .search(let pattern, let count, _):
      let found = inputs.filter { fnmatch(pattern, $0.code, 0) == 0 }
      return found.suffix(count ?? found.count)
    }
  }
}
