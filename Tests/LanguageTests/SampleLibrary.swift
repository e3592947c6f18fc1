import Catalog
import Language

/// Losses that add and scale, as the laboratory's do.
final class SampleLoss: Object, ArgumentType, Answer {
  static let kind = "loss"
  let terms: [(factor: Double, name: String)]

  init(_ terms: [(factor: Double, name: String)]) { self.terms = terms }

  var line: String {
    terms.map { ($0.factor == 1 ? "" : Value.number($0.factor).line() + "*") + $0.name }
      .joined(separator: " + ")
  }

  func adding(_ other: Value, reversed: Bool) throws -> Value? {
    guard case .object(let object) = other, let loss = object as? SampleLoss else { return nil }
    return .object(SampleLoss(reversed ? loss.terms + terms : terms + loss.terms))
  }

  func multiplied(by factor: Double) throws -> Value? {
    .object(SampleLoss(terms.map { ($0.factor * factor, $0.name) }))
  }
}

/// Something with members, elements and a callable member.
final class SampleRun: Object, ArgumentType, Answer {
  static let kind = "run"
  var rate = 0.1
  var layers: [Value] = [.number(64), .number(32)]
  var goal = SampleLoss([(1, "ce()")])

  var line: String { "run of rate \(Value.number(rate).line())" }
  var memberNames: [String] { ["rate", "layers", "goal", "steps", "tag", "me"] }
  var elementCount: Int? { 3 }

  func element(_ index: Int) throws -> Value { .number(Double(index) * 10) }

  func member(_ name: String) throws -> Value? {
    switch name {
    case "rate": .number(rate)
    case "layers": .list(layers)
    case "goal": .object(goal)
    case "steps": .number(7)
    case "me": .object(self)
    case "tag": .function(tag)
    case "broken": throw Failure(.data, "the series is damaged")
    default: nil
    }
  }

  func setMember(_ name: String, to value: Value) throws -> Bool {
    switch (name, value) {
    case ("rate", .number(let number)) where number > 0: rate = number
    case ("rate", _): throw Failure(.value, "rate must be positive")
    case ("layers", .list(let items)): layers = items
    case ("goal", .object(let object)):
      guard let loss = object as? SampleLoss else { return false }
      goal = loss
    default: return false
    }
    return true
  }
}

private let tag = Declaration(
  "tag", "Tags it.", Argument<String>("text", "A word.")
) { (text: String) -> String in "tagged " + text }

enum SampleReduction: String, Choice {
  case mean, sum
}

/// The declarations of the tests, the language's own among them.
let sampleLibrary: Library = Library([baseCalls, samples])

private let samples = Registry(
  "Samples", [resnet18, ce, kd, run, step, scale, help, forget, shout, replay, reduce, model])

private let resnet18 = Declaration(
  "resnet18", aliases: ["resnet_18"], "Residual network of 18 layers.",
  Argument("classes", "Number of classes.", default: 1000) { $0 > 0 ? nil : "must be positive" },
  Argument("channels", "Channels of an image.", default: 3),
  Argument<String?>("weights", "File with weights.", default: nil),
  examples: ["resnet18(classes=10)"], keywords: ["vision", "convolution"]
) { (classes: Int, channels: Int, weights: String?) -> String in "resnet18 of \(classes) classes" }

private let ce = Declaration("ce", "Cross entropy.", examples: ["ce()"]) {
  SampleLoss([(1, "ce()")])
}

private let kd = Declaration(
  "kd", "Soft-target distillation of Hinton et al. (2015).",
  Argument("T", "Softening temperature of both distributions.", default: Float(1)),
  examples: ["goal = ce() + 5*kd(T=1)"]
) { (t: Float) -> SampleLoss in SampleLoss([(1, "kd(T=\(t.literal))")]) }

private let run = Declaration("run", "A run.") { SampleRun() }

private let model = Declaration(
  named: "describe", "Describes a run.", Argument<SampleRun>("run", "What to describe."),
  Argument("long", "Whether to say all.", default: false)
) { (_: any CallContext, run: SampleRun, long: Bool) -> String in
  (long ? "long: " : "") + run.line
}

private let step = Declaration(
  named: "step", "Counts calls.", Argument("count", "How many.", default: 1)
) { (context: any CallContext, count: Int) -> Value in
  for _ in 0..<count { (context as? Sitting)?.count() }
  return .none
}

private let scale = Declaration(
  "scale", "Scales a number.", Argument<Double>("x", "A number."),
  Argument<Double>("by", "A factor.", default: 2)
) { (x: Double, by: Double) -> Double in x * by }

private let reduce = Declaration(
  "reduce", "Reduces numbers.", Argument<[Double]>("values", "Numbers."),
  Argument("to", "What to.", default: SampleReduction.mean)
) { (values: [Double], to: SampleReduction) -> Double in
  values.reduce(0, +) / (to == .mean ? Double(values.count) : 1)
}

private let help = Declaration(
  named: "help", "Explains a name.", Argument<Mention>("name", "A name, words or a value.")
) { (context: any CallContext, mention: Mention) -> String in
  switch mention {
  case .name(let name): "help of " + name
  case .value(let value): "help for " + value.line(quoted: true)
  }
}

private let forget = Declaration(
  named: "forget", "Removes variables.", Argument<Rest<Mention>>("names", "Their names.")
) { (context: any CallContext, names: Rest<Mention>) -> Value in
  guard let sitting = context as? Sitting else { return .none }
  for case .name(let name) in names.items where !sitting.evaluator.forget(name) {
    throw Failure(.name, "no variable '\(name)'", site: .positional(0))
  }
  return .none
}

private let shout = Declaration(
  named: "shout", "Always fails.", Argument<Value>("what", "Anything.", default: Value.none)
) { (_: any CallContext, what: Value) -> Value in
  throw Failure(.state, "nothing works today", advice: "try tomorrow", site: .named("what"))
}

private let replay = Declaration(
  named: "replay", "Executes code in this session.", Argument<String>("code", "Code.")
) { (context: any CallContext, code: String) -> Value in
  try (context as? Sitting)?.run(code, origin: "inner.ath")
  return .none
}
