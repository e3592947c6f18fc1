/// A matrix as coloured cells: a confusion matrix, similarities between layers.
public struct HeatMap: Sendable, Equatable {
  /// Rows from the top.
  public var values: [[Double]]
  /// Names at the left, or empty.
  public var rows: [String]
  /// Names below, or empty.
  public var columns: [String]
  public var format: NumberFormat
  /// The values of the first and the last colour; nil: the data decide.
  public var range: ClosedRange<Double>?
  /// Whether zero is the middle colour; nil: if there are values on both sides of it.
  public var isDiverging: Bool?
  /// Whether cells may carry their values as text: not where only the colours say something.
  public var hasTexts: Bool

  public init(
    _ values: [[Double]], rows: [String] = [], columns: [String] = [],
    format: NumberFormat = .automatic, range: ClosedRange<Double>? = nil,
    isDiverging: Bool? = nil, hasTexts: Bool = true
  ) {
    self.values = values
    self.rows = rows
    self.columns = columns
    self.format = format
    self.range = range
    self.isDiverging = isDiverging
    self.hasTexts = hasTexts
  }

  var rowCount: Int { values.count }
  var columnCount: Int { values.map(\.count).max() ?? 0 }

  /// The value of a cell; nil where there is none or it is not finite.
  func value(_ row: Int, _ column: Int) -> Double? {
    let cells = values[row]
    return column < cells.count && cells[column].isFinite ? cells[column] : nil
  }

  /// What decides the colours.
  struct Shades {
    var lower: Double
    var upper: Double
    var diverging: Bool

    /// 0 for the first colour, 1 for the last.
    func share(_ value: Double) -> Double {
      let span = upper - lower
      return span > 0 ? max(0, min(1, (value - lower) / span)) : 0.5
    }

    func color(_ value: Double) -> RGB {
      diverging ? Palette.diverging(share(value)) : Palette.sequential(share(value))
    }
  }

  var shades: Shades {
    let finite = values.joined().filter(\.isFinite).map { max(-1e300, min(1e300, $0)) }
    var lower = range?.lowerBound ?? finite.min() ?? 0
    var upper = range?.upperBound ?? finite.max() ?? 1
    let diverging = isDiverging ?? (lower < 0 && upper > 0)
    if diverging, range == nil {
      let far = max(abs(lower), abs(upper))
      (lower, upper) = (-far, far)
    }
    return Shades(lower: lower, upper: upper, diverging: diverging)
  }

  var settledFormat: NumberFormat { format.settled(for: Array(values.joined())) }

  /// The name of a row; its number where it has none.
  func rowName(_ index: Int) -> String { index < rows.count ? singleLine(rows[index]) : "\(index)" }
  func columnName(_ index: Int) -> String {
    index < columns.count ? singleLine(columns[index]) : "\(index)"
  }

  /// The map in at most `rows` × `columns` cells, each the mean of those it stands for.
  func reduced(rows rowLimit: Int, columns columnLimit: Int) -> HeatMap {
    let (height, width) = (rowCount, columnCount)
    guard height > rowLimit || width > columnLimit else { return self }
    let newHeight = min(height, max(1, rowLimit))
    let newWidth = min(width, max(1, columnLimit))
    var result = self
    result.rows = (0..<newHeight).map { rowName($0 * height / newHeight) }
    result.columns = (0..<newWidth).map { columnName($0 * width / newWidth) }
    result.values = (0..<newHeight).map { row in
      (0..<newWidth).map { column in
        mean(
          row * height / newHeight..<(row + 1) * height / newHeight,
          column * width / newWidth..<(column + 1) * width / newWidth)
      }
    }
    return result
  }

  private func mean(_ rows: Range<Int>, _ columns: Range<Int>) -> Double {
    let cells = rows.flatMap { row in columns.compactMap { value(row, $0) } }
    return cells.isEmpty ? .nan : cells.reduce(0) { $0 + $1 / Double(cells.count) }
  }
}
