/// A user's error: what happened, the facts, what to do. Lower case, values quoted, one line each.
public struct Failure: Error, Sendable, Equatable {
  /// The kinds a user can meet; the raw value is the error's name in a notebook.
  public enum Kind: String, Sendable {
    case syntax = "SyntaxError"
    case name = "NameError"
    case argument = "ArgumentError"
    case type = "TypeError"
    case value = "ValueError"
    case index = "IndexError"
    case shape = "ShapeError"
    case file = "FileError"
    case data = "DataError"
    case state = "StateError"
    case memory = "MemoryError"
    case input = "InputError"
    case interrupted = "Interrupted"
  }

  /// Which part of the call is to blame; the evaluator turns it into a span of the source.
  public enum Site: Sendable, Equatable {
    case call
    case positional(Int)
    case named(String)
    /// The name before `=` itself, not its value.
    case label(String)
  }

  public var kind: Kind
  /// `resnet18 has no argument 'clases'`
  public var message: String
  /// `did you mean 'classes'?`: one short piece of advice, drawn beside the caret.
  public var advice: String?
  /// `resnet18(classes=1000, …)`: the usage of the call that failed, drawn below.
  public var usage: String?
  public var site: Site

  public init(
    _ kind: Kind, _ message: String, advice: String? = nil, usage: String? = nil,
    site: Site = .call
  ) {
    self.kind = kind
    self.message = message
    self.advice = advice
    self.usage = usage
    self.site = site
  }
}

/// Errors of other modules say through this what a user should read.
public protocol Explained: Error {
  var failure: Failure { get }
}

extension Failure: Explained {
  public var failure: Failure { self }
}

/// The nearest of `candidates` to a mistyped name, or nil if none is near: at most a third of the
/// letters may differ (Damerau–Levenshtein distance with adjacent transpositions).
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  let limit = max(1, word.count / 3)
  var best: (distance: Int, name: String)?
  for name in candidates where name != word && abs(name.count - word.count) <= limit {
    let distance = editDistance(Array(word.unicodeScalars), Array(name.unicodeScalars))
    if distance <= limit, distance < best?.distance ?? .max { best = (distance, name) }
  }
  return best?.name
}

private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var before: [Int] = []
  var previous = Array(0...b.count)
  for i in 1...a.count {
    var current = [i] + Array(repeating: 0, count: b.count)
    for j in 1...b.count {
      let cost = a[i - 1] == b[j - 1] ? 0 : 1
      current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        current[j] = min(current[j], before[j - 2] + 1)
      }
    }
    before = previous
    previous = current
  }
  return previous[b.count]
}
