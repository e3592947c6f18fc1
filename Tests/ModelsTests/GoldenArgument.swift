import Catalog

/// An argument that a network of the reference values was made with: a number, or a list of them.
enum GoldenArgument: Decodable {
  case number(Double)
  case list([Double])

  init(from decoder: any Decoder) throws {
    let content = try decoder.singleValueContainer()
    if let number = try? content.decode(Double.self) {
      self = .number(number)
    } else {
      self = .list(try content.decode([Double].self))
    }
  }

  var value: Value {
    switch self {
    case .number(let number): .number(number)
    case .list(let numbers): .list(numbers.map { .number($0) })
    }
  }
}
