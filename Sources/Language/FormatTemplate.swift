import Catalog

/// A text with replacement fields: `{}`, `{0}`, `{name}`, each with `:specification`; `{{` and `}}`
/// are braces.
struct FormatTemplate {
  private enum Piece {
    case text(String)
    case field(name: String, FormatSpecification)
  }

  private var pieces: [Piece] = []

  init(_ template: String) throws(Failure) {
    var text = ""
    var rest = Substring(template)
    while let character = rest.popFirst() {
      guard character == "{" || character == "}" else {
        text.append(character)
        continue
      }
      if rest.first == character {
        text.append(rest.removeFirst())
        continue
      }
      guard character == "{", let end = rest.firstIndex(of: "}") else {
        throw Failure(
          .value, "format: a single '\(character)' in the template",
          advice: "write '\(character)\(character)' for the character itself",
          site: .positional(0))
      }
      if !text.isEmpty { pieces.append(.text(text)) }
      text = ""
      pieces.append(try Self.field(rest[..<end]))
      rest = rest[rest.index(after: end)...]
    }
    if !text.isEmpty { pieces.append(.text(text)) }
  }

  private static func field(_ inside: Substring) throws(Failure) -> Piece {
    let parts = inside.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map { String($0.trimmed) } ?? ""
    let specification = parts.count > 1 ? String(parts[1]) : ""
    do throws(Failure) {
      return .field(name: name, try FormatSpecification(specification))
    } catch {
      var error = error
      error.site = .positional(0)
      throw error
    }
  }

  func apply(
    _ values: [Value], _ names: [(name: String, value: Value)]
  ) throws(Failure) -> String {
    var result = ""
    var next = 0
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .field(let name, let specification):
        let value: Value
        if name.isEmpty {
          value = try Self.positional(next, values)
          next += 1
        } else if let index = Int(name) {
          value = try Self.positional(index, values)
        } else if let named = names.last(where: { $0.name == name }) {
          value = named.value
        } else {
          throw Failure(
            .argument, "format: nothing is given for '{\(shortened(name))}'",
            advice: "add \(shortened(name))=…")
        }
        result += try specification.apply(value)
      }
    }
    return result
  }

  private static func positional(_ index: Int, _ values: [Value]) throws(Failure) -> Value {
    guard values.indices.contains(index) else {
      let given = values.count == 1 ? "1 value is" : "\(values.count) values are"
      throw Failure(.argument, "format: field \(index) has no value: \(given) given")
    }
    return values[index]
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var result = drop { $0 == " " }
    while result.last == " " { result.removeLast() }
    return result
  }
}
