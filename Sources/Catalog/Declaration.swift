/// One argument of a declaration, with the very type that the body receives.
public struct Argument<Type: ArgumentType>: Sendable {
  public let name: String
  public let summary: String
  let fallback: (@Sendable () -> Type)?
  let check: (@Sendable (Type) -> String?)?

  /// - Parameters:
  ///   - default: The value where none is given; an argument without one must be given.
  ///   - check: Returns what is wrong with a value of the right type ("must be positive"), or nil.
  public init(
    _ name: String, _ summary: String,
    default fallback: @autoclosure @escaping @Sendable () -> Type,
    check: (@Sendable (Type) -> String?)? = nil
  ) {
    self.name = name
    self.summary = summary
    self.fallback = fallback
    self.check = check
  }

  /// An argument that must be given.
  public init(
    _ name: String, _ summary: String, check: (@Sendable (Type) -> String?)? = nil
  ) {
    self.name = name
    self.summary = summary
    self.fallback = nil
    self.check = check
  }

  var info: ArgumentInfo {
    ArgumentInfo(
      name: name, summary: summary, expected: Type.expected, kind: Type.valueKind,
      choices: Type.choices, collects: Type.collects, fallback: fallback.map { $0().literal },
      isRequired: fallback == nil && Type.collects == .one, canBeSkipped: Type.canBeSkipped
    ) { value in
      (try? Type.read(value)) != nil
    }
  }

  /// The argument's value: what was given, checked, or its default.
  func bind(_ given: Value?, for call: String, at site: Failure.Site) throws -> Type {
    guard let given else {
      if let fallback { return fallback() }
      if Type.collects != .one { return try Type.read(.list([])) }
      throw Failure(.argument, "\(call) needs '\(name)': \(lowerFirst(summary))", site: .call)
    }
    do {
      let value = try Type.read(given)
      if let problem = check?(value) {
        throw Failure(
          .value, "\(call): '\(name)' \(problem), got \(given.line(quoted: true))", site: site)
      }
      return value
    } catch let mismatch as Mismatch {
      let fact =
        mismatch.reason.map { "'\(name)': \($0)" }
        ?? "'\(name)' needs \(Type.expected), got \(described(given))"
      throw Failure(.argument, "\(call): \(fact)", advice: mismatch.advice, site: site)
    }
  }
}

/// What help, completion and error texts know of an argument.
public struct ArgumentInfo: Sendable {
  public let name: String
  public let summary: String
  public let expected: String
  public let kind: String?
  public let choices: [String]
  public let collects: Collecting
  /// The default as it would be typed; nil where the argument must be given.
  public let fallback: String?
  public let isRequired: Bool
  public let canBeSkipped: Bool
  /// Whether a value could be this argument: decides what completion offers after `x.`.
  public let accepts: @Sendable (Value) -> Bool
}

/// Whom a call is made for; commands find their session in it.
public protocol CallContext: AnyObject {
  /// What is drawn from where no seed is given.
  var seed: Int { get }
}

extension CallContext {
  public var seed: Int { 0 }
}

/// An argument as it stands in a call.
public struct GivenArgument {
  public var name: String?
  public var value: Value

  public init(_ value: Value, name: String? = nil) {
    self.name = name
    self.value = value
  }
}

/// A callable of the language: a data set, model, loss, optimizer, command.
///
/// One value says everything: arguments are checked against it, and error texts, completion, help,
/// the reference and the catalogue tests are derived from it.
public struct Declaration: Callable, Sendable {
  public let name: String
  /// Other names it answers to.
  public let aliases: [String]
  /// One sentence.
  public let summary: String
  /// More, where one sentence is not enough: formula, shapes, source. Markdown.
  public let details: String
  public let arguments: [ArgumentInfo]
  /// Lines of code that run in a fresh session with the catalogue's sample variables.
  public let examples: [String]
  /// Words that a search should find it by.
  public let keywords: [String]
  /// The kind of value it makes, nil where it varies.
  public let returns: String?
  private let body: @Sendable ([GivenArgument], any CallContext) throws -> Value

  /// A declaration whose body needs nothing but its arguments.
  public init<each Type: ArgumentType, Result: Answer>(
    _ name: String, aliases: [String] = [], _ summary: String, details: String = "",
    _ arguments: repeat Argument<each Type>, examples: [String] = [], keywords: [String] = [],
    body: @escaping @Sendable (repeat each Type) throws -> Result
  ) {
    self.init(
      named: name, aliases: aliases, summary, details: details, repeat each arguments,
      examples: examples, keywords: keywords
    ) { (_: any CallContext, values: repeat each Type) in
      try body(repeat each values)
    }
  }

  /// A declaration whose body also needs to know whom it is called for.
  public init<each Type: ArgumentType, Result: Answer>(
    named name: String, aliases: [String] = [], _ summary: String, details: String = "",
    _ arguments: repeat Argument<each Type>, examples: [String] = [], keywords: [String] = [],
    body: @escaping @Sendable (any CallContext, repeat each Type) throws -> Result
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.details = details
    self.examples = examples
    self.keywords = keywords
    self.returns = Result.answerKind
    var infos: [ArgumentInfo] = []
    for argument in repeat each arguments { infos.append(argument.info) }
    self.arguments = infos
    let list = infos
    self.body = { given, context in
      let places = try Declaration.place(given, in: list, of: name)
      var index = -1
      func next<T: ArgumentType>(_ argument: Argument<T>) throws -> T {
        index += 1
        if T.collects == .names, let names = Names(places.names) as? T { return names }
        return try argument.bind(places.values[index], for: name, at: places.sites[index])
      }
      let values = (repeat try next(each arguments))
      return try body(context, repeat each values).value
    }
  }

  /// Calls it. Errors are `Failure`s, or those of the body.
  public func call(_ given: [GivenArgument], _ context: any CallContext) throws -> Value {
    do {
      return try body(given, context)
    } catch var failure as Failure {
      if failure.kind == .argument, failure.usage == nil { failure.usage = usage }
      throw failure
    }
  }

  public var usage: String { usage(width: .max) }

  /// `name(argument=default, …)`, cut with `…` after `width` columns.
  public func usage(width: Int) -> String {
    let parts = arguments.map { argument in
      switch argument.collects {
      case .rest: argument.name + "…"
      case .names: argument.name + "=…"
      case .one: argument.fallback.map { "\(argument.name)=\($0)" } ?? argument.name
      }
    }
    let whole = "\(name)(\(parts.joined(separator: ", ")))"
    return whole.count <= width ? whole : String(whole.prefix(max(1, width - 1))) + "…"
  }
}

extension Declaration {
  private struct Places {
    var values: [Value?]
    var sites: [Failure.Site]
    var names: [(name: String, value: Value)] = []
  }

  /// Puts each given argument into its place.
  private static func place(
    _ given: [GivenArgument], in arguments: [ArgumentInfo], of call: String
  ) throws -> Places {
    var places = Places(
      values: Array(repeating: nil, count: arguments.count),
      sites: Array(repeating: .call, count: arguments.count))
    var rest: [Value] = []
    var position = 0
    var passed = 0
    let open = arguments.indices.filter { arguments[$0].collects == .one }
    let restIndex = arguments.firstIndex { $0.collects == .rest }
    let takesNames = arguments.contains { $0.collects == .names }
    for argument in given {
      guard let name = argument.name else {
        // Arguments after a collecting one can be given by name only.
        func nextSlot() -> Int? {
          open.dropFirst(position + passed).first.flatMap { $0 < restIndex ?? .max ? $0 : nil }
        }
        var slot = nextSlot()
        if let first = slot, arguments[first].canBeSkipped,
          !arguments[first].accepts(argument.value),
          open.count > position + passed + 1 || restIndex != nil
        {
          passed += 1
          slot = nextSlot()
        }
        if let slot {
          places.values[slot] = argument.value
          places.sites[slot] = .positional(position)
        } else if let restIndex {
          places.sites[restIndex] = .positional(position)
          rest.append(argument.value)
        } else {
          let most = open.count == 1 ? "1 argument" : "\(open.count) arguments"
          throw Failure(
            .argument, "\(call) takes at most \(most)", site: .positional(position))
        }
        position += 1
        continue
      }
      if let index = arguments.firstIndex(where: { $0.name == name && $0.collects == .one }) {
        guard places.values[index] == nil else {
          throw Failure(.argument, "\(call): '\(name)' is given twice", site: .label(name))
        }
        places.values[index] = argument.value
        places.sites[index] = .named(name)
      } else if takesNames {
        places.names.append((name, argument.value))
      } else {
        let near = nearest(to: name, among: arguments.map(\.name))
        throw Failure(
          .argument, "\(call) has no argument '\(name)'",
          advice: near.map { "did you mean '\($0)'?" }, site: .label(name))
      }
    }
    if let restIndex { places.values[restIndex] = .list(rest) }
    return places
  }
}

/// A value for an error text: its one-line form, shortened, and its kind where that says more.
func described(_ value: Value) -> String {
  let line = value.line(quoted: true)
  let short = line.count > 40 ? String(line.prefix(39)) + "…" : line
  switch value {
  case .none, .bool, .number, .string: return short
  default: return "the \(value.kind) \(short)"
  }
}

private func lowerFirst(_ text: String) -> String {
  guard let first = text.first else { return text }
  let rest = text.dropFirst()
  // "KL divergence" keeps its capitals.
  if let second = rest.first, second.isUppercase { return text }
  return first.lowercased() + rest
}
