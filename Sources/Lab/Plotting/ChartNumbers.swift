import Catalog
import Training

/// A column of numbers for a chart: a list, a series, or a figure of each of several runs.
struct ChartNumbers: ArgumentType {
  var values: [Double]

  static let expected = "a list of numbers or a series"
  static var valueKind: String? { "list" }

  static func read(_ value: Value) throws -> ChartNumbers {
    switch value {
    case .object(let series as Series): return ChartNumbers(values: series.values)
    case .number(let number): return ChartNumbers(values: [number])
    case .list(let items):
      return ChartNumbers(
        values: try items.map { item in
          // What was not measured leaves its place empty.
          if case .none = item { return .nan }
          return try Double.read(item)
        })
    default: return ChartNumbers(values: try [Double].read(value))
    }
  }

  var literal: String { values.literal }
}

/// Rows of numbers for a chart: one list, or a list of lists.
struct ChartRows: ArgumentType {
  var rows: [[Double]]
  /// Whether it was a list of lists.
  var isNested: Bool

  static let expected = "a list of numbers or a list of such lists"
  static var valueKind: String? { "list" }

  static func read(_ value: Value) throws -> ChartRows {
    if case .list(let items) = value, !items.isEmpty,
      items.allSatisfy({ if case .number = $0 { false } else { true } })
    {
      return ChartRows(rows: try items.map { try ChartNumbers.read($0).values }, isNested: true)
    }
    return ChartRows(rows: [try ChartNumbers.read(value).values], isNested: false)
  }
}
