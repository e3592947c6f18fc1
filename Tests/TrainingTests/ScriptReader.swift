import Catalog
import Losses

/// Reads the calls that runs write of their parts, `ce() + 5*kd(T=2)`: sums, multiples, numbers,
/// strings, flags and lists; what a session's language does, for runs without a session.
struct ScriptReader {
  private var rest: Substring

  private let variables: [(name: String, value: Value)]

  init(_ script: String, _ variables: [(name: String, value: Value)] = []) {
    rest = script[...]
    self.variables = variables
  }

  func value() throws -> Value {
    var reader = self
    var total = try reader.product()
    while let sign = reader.take(["+", "-"]) {
      let next = try reader.product()
      guard case .object(let object) = total else { throw reader.problem() }
      guard case .object(let other) = next,
        let part = sign == "-" ? try other.multiplied(by: -1) : next,
        let sum = try object.adding(part, reversed: false)
      else { throw reader.problem() }
      total = sum
    }
    guard reader.rest.isEmpty else { throw reader.problem() }
    return total
  }

  private func problem() -> Failure { Failure(.syntax, "cannot read '\(rest)'") }

  private mutating func skipSpace() { rest = rest.drop { $0 == " " } }

  private mutating func take(_ marks: [Character]) -> Character? {
    skipSpace()
    guard let first = rest.first, marks.contains(first) else { return nil }
    rest.removeFirst()
    return first
  }

  private mutating func product() throws -> Value {
    let first = try atom()
    guard case .number(let factor) = first, take(["*"]) != nil else { return first }
    guard case .object(let object) = try atom(), let scaled = try object.multiplied(by: factor)
    else { throw problem() }
    return scaled
  }

  private mutating func atom() throws -> Value {
    skipSpace()
    if take(["["]) != nil { return .list(try items(until: "]").map(\.value)) }
    if take(["\""]) != nil {
      let text = rest.prefix { $0 != "\"" }
      rest = rest.dropFirst(text.count + 1)
      return .string(String(text))
    }
    let word = rest.prefix { $0.isLetter || $0.isNumber || "_.+-".contains($0) }
    rest = rest.dropFirst(word.count)
    if let number = Double(word) { return .number(number) }
    if word == "true" || word == "false" { return .bool(word == "true") }
    if let variable = variables.first(where: { $0.name == word }) { return variable.value }
    guard take(["("]) != nil, let declaration = Bench.library[String(word)] else {
      throw problem()
    }
    return try declaration.call(try items(until: ")"), NoSession())
  }

  private mutating func items(until end: Character) throws -> [GivenArgument] {
    var result: [GivenArgument] = []
    while take([end]) == nil {
      skipSpace()
      let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      var name: String?
      if rest.dropFirst(word.count).first == "=" {
        name = String(word)
        rest = rest.dropFirst(word.count + 1)
      }
      result.append(GivenArgument(try atom(), name: name))
      _ = take([","])
    }
    return result
  }
}
