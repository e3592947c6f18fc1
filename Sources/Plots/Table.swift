public import Catalog

/// Rows of cells under titled columns: what a verb reports, aligned in a terminal and a proper
/// table in a notebook.
public struct Table: Object, Answer, ArgumentType, Sendable, Equatable {
  public static let kind = "table"

  /// Where a cell's text stands in its column.
  public enum Alignment: Sendable, Equatable {
    case left, right, center
  }

  /// One column: its title, unit and how its numbers are written.
  public struct Column: Sendable, Equatable {
    public var title: String
    /// Written behind the title in parentheses: "ms".
    public var unit: String
    /// Nil: numbers to the right, all else to the left.
    public var alignment: Alignment?
    public var format: NumberFormat
    /// Never cut to fit the width: names that a person has to type.
    public var isKept: Bool

    public init(
      _ title: String, unit: String = "", alignment: Alignment? = nil,
      format: NumberFormat = .automatic, isKept: Bool = false
    ) {
      self.isKept = isKept
      self.title = title
      self.unit = unit
      self.alignment = alignment
      self.format = format
    }

    var heading: String { unit.isEmpty ? title : "\(title) (\(unit))" }
  }

  /// One cell.
  public enum Cell: Sendable, Equatable {
    case text(String)
    case number(Double)
    /// A mean and its deviation, shown as `0.913 ± 0.002` in the column's format.
    case spread(mean: Double, deviation: Double)
    case flag(Bool)
    /// Nothing known: an empty cell.
    case missing
  }

  /// Written above; empty for none.
  public var title: String
  public var columns: [Column]
  /// Each row has as many cells as there are columns.
  public private(set) var rows: [[Cell]]
  /// A last row below a rule: totals, means.
  public private(set) var footer: [Cell]?
  /// Lines below the table, in plain words.
  public var notes: [String]
  /// Rows that are drawn at most as text; more would bury what was asked before, unless it was they
  /// that were asked for.
  public var shownRows = 60
  /// What was drawn of the same figures, to be saved or shown again: the member `plot`.
  public var plot: Plot?

  /// A table; short rows are filled with missing cells, longer ones lose what has no column.
  public init(
    _ title: String = "", columns: [Column], rows: [[Cell]] = [], footer: [Cell]? = nil,
    notes: [String] = []
  ) {
    self.title = title
    self.columns = columns
    self.rows = rows.map { Table.fitted($0, to: columns.count) }
    self.footer = footer.map { Table.fitted($0, to: columns.count) }
    self.notes = notes
  }

  /// Adds a row at the end.
  public mutating func append(_ row: [Cell]) {
    rows.append(Table.fitted(row, to: columns.count))
  }

  /// The table with another column in front of the one with a title, or at the end.
  public func inserting(_ column: Column, _ cells: [Cell], before title: String) -> Table {
    let place = columns.firstIndex { $0.title == title } ?? columns.count
    var wider = columns
    wider.insert(column, at: place)
    let filled = rows.enumerated().map { index, row in
      var row = row
      row.insert(index < cells.count ? cells[index] : .missing, at: place)
      return row
    }
    var table = Table(self.title, columns: wider, rows: filled, notes: notes)
    table.plot = plot
    return table
  }

  /// The table as what goes with a picture of the same figures.
  public func beside(_ plot: Plot) -> Table {
    var table = self
    table.plot = plot
    return table
  }

  private static func fitted(_ row: [Cell], to count: Int) -> [Cell] {
    row.count == count
      ? row
      : Array(row.prefix(count)) + Array(repeating: .missing, count: max(0, count - row.count))
  }

  public var line: String {
    let size = "\(rows.count) × \(columns.count)"
    return title.isEmpty ? "table \(size)" : "table \(quotedText(title)) \(size)"
  }

  public func display(_ style: Style) -> Display {
    Display(
      plainText(style),
      forms: [.init("text/html", html()), .init("text/markdown", markdown())])
  }

  /// `columns`, `rows`, `plot` where there is one, and each column by its name as a list.
  public var memberNames: [String] {
    ["columns", "rows"] + (plot == nil ? [] : ["plot"]) + columnMembers(columns)
  }

  public func member(_ name: String) throws -> Value? {
    switch name {
    case "columns": return .list(columns.map { .string($0.title) })
    case "rows": return .list(rows.indices.map { .object(row($0)) })
    case "plot" where plot != nil: return plot.map { .object($0) }
    default:
      guard let index = columnMembers(columns).firstIndex(of: name) else { return nil }
      return .list(rows.map { $0[index].value })
    }
  }

  public var elementCount: Int? { rows.count }

  public func element(_ index: Int) throws -> Value { .object(row(index)) }

  private func row(_ index: Int) -> TableRow { TableRow(columns: columns, cells: rows[index]) }

  public func isEqual(to other: any Object) -> Bool { (other as? Table) == self }
}

/// One row of a table: its cells by position and by the name of their column.
public struct TableRow: Object, Sendable, Equatable {
  public static let kind = "table row"
  public let columns: [Table.Column]
  public let cells: [Table.Cell]

  public var line: String {
    let parts = zip(memberNames, cells).map { name, cell in
      "\(name)=\(cell.value.line(quoted: true))"
    }
    return "row(" + parts.joined(separator: ", ") + ")"
  }

  public var memberNames: [String] { columnMembers(columns) }

  public func member(_ name: String) throws -> Value? {
    memberNames.firstIndex(of: name).map { cells[$0].value }
  }

  public var elementCount: Int? { cells.count }
  public func element(_ index: Int) throws -> Value { cells[index].value }
  public func isEqual(to other: any Object) -> Bool { (other as? TableRow) == self }
}

extension Table.Cell {
  /// As a value of the language; of a spread the mean.
  var value: Value {
    switch self {
    case .text(let text): .string(text)
    case .number(let number), .spread(let number, _): .number(number)
    case .flag(let flag): .bool(flag)
    case .missing: .none
    }
  }

  var numbers: [Double] {
    switch self {
    case .number(let number): [number]
    case .spread(let mean, _): [mean]
    default: []
    }
  }

  func text(_ format: NumberFormat, unicode: Bool = true) -> String {
    switch self {
    case .text(let text): singleLine(text)
    case .number(let number): ascii(format.text(number), unless: unicode)
    case .spread(let mean, let deviation): spreadText(mean, deviation, format, unicode: unicode)
    case .flag(let flag): flag ? "yes" : "no"
    case .missing: ""
    }
  }
}

extension Table.Cell: ExpressibleByStringLiteral, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral
{
  public init(stringLiteral value: String) { self = .text(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
}

private func spreadText(
  _ mean: Double, _ deviation: Double, _ format: NumberFormat, unicode: Bool
) -> String {
  let sign = unicode ? " ± " : " +- "
  // The unit is written once: "91.2 ± 0.3 %".
  if case .percent(let places) = format {
    return fixedText(mean * 100, places) + sign + fixedText(deviation * 100, places) + " %"
  }
  let text = format.text(mean) + sign + format.text(deviation)
  return ascii(text, unless: unicode)
}

/// Replaces the few characters beyond ASCII that number formats use.
func ascii(_ text: String, unless unicode: Bool) -> String {
  if unicode { return text }
  return String(
    text.map { character -> Character in
      switch character {
      case "µ": "u"
      case "–": "-"
      case "±": "~"
      default: character
      }
    })
}

/// What columns are called as members; of two of one title, the second is `output_2`.
private func columnMembers(_ columns: [Table.Column]) -> [String] {
  var seen: [String: Int] = [:]
  return columns.map { column in
    let name = memberName(column.title)
    seen[name, default: 0] += 1
    return seen[name].flatMap { $0 > 1 ? "\(name)_\($0)" : nil } ?? name
  }
}

/// A title as a member of the language: lower case, anything but letters and digits as `_`.
func memberName(_ title: String) -> String {
  var result = ""
  for scalar in title.lowercased().unicodeScalars {
    let isWord = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    if isWord { result.unicodeScalars.append(scalar) } else if result.last != "_" { result += "_" }
  }
  while result.hasSuffix("_") { result.removeLast() }
  while result.hasPrefix("_") { result.removeFirst() }
  return result
}
