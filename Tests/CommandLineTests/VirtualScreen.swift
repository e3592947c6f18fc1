/// What a terminal of ECMA-48 would show of a stream of bytes, as far as line editing and redrawing
/// in place need it.
struct VirtualScreen {
  let columns: Int
  let rows: Int
  private var cells: [[Unicode.Scalar]]
  private var row = 0
  private var column = 0
  private var bytes: [UInt8] = []
  private var sequence = ""
  private var isEscape = false

  init(columns: Int = 80, rows: Int = 24) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  /// Lines as they are seen, without blanks at their ends and without blank lines at the end.
  var lines: [String] {
    var lines = cells.map { cells in
      let count = (cells.lastIndex { $0 != " " } ?? -1) + 1
      return String(String.UnicodeScalarView(cells[..<count]))
    }
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  /// The line that the cursor stands in, up to the cursor.
  var cursorLine: String { String(String.UnicodeScalarView(cells[row][..<min(column, columns)])) }

  mutating func receive(_ new: some Sequence<UInt8>) {
    bytes += new
    // What ends in the middle of a character waits for the rest of it.
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    bytes = []
    for scalar in text.unicodeScalars { receive(scalar) }
  }

  private mutating func receive(_ scalar: Unicode.Scalar) {
    if isEscape {
      sequence.unicodeScalars.append(scalar)
      let isFinal = sequence.count > 1 && (0x40...0x7E).contains(scalar.value)
      if isFinal || (sequence.count == 1 && scalar != "[") { finishSequence() }
      return
    }
    switch scalar {
    case "\u{1B}": (isEscape, sequence) = (true, "")
    case "\r": column = 0
    case "\n": lineFeed()
    case "\u{8}": column = max(0, min(column, columns - 1) - 1)
    case "\u{7}": break
    default: put(scalar)
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    if column == columns {
      column = 0
      lineFeed()
    }
    cells[row][column] = scalar
    column += 1
  }

  private mutating func lineFeed() {
    if row + 1 < rows {
      row += 1
    } else {
      cells.removeFirst()
      cells.append(Array(repeating: " ", count: columns))
    }
  }

  private mutating func finishSequence() {
    isEscape = false
    guard sequence.first == "[", let final = sequence.last else { return }
    let argument = Int(sequence.dropFirst().dropLast())
    let count = max(1, argument ?? 1)
    column = min(column, columns - 1)
    switch final {
    case "A": row = max(0, row - count)
    case "B": row = min(rows - 1, row + count)
    case "C": column = min(columns - 1, column + count)
    case "D": column = max(0, column - count)
    case "G": column = min(columns, count) - 1
    case "H": (row, column) = (0, 0)
    case "K": erase(row, from: argument == 2 ? 0 : column)
    case "J":
      if argument != 2 { erase(row, from: column) }
      for line in (argument == 2 ? 0 : row + 1)..<rows { erase(line, from: 0) }
    case "P":
      cells[row].removeSubrange(column..<min(columns, column + count))
      cells[row] += Array(repeating: " ", count: columns - cells[row].count)
    case "@":
      cells[row].insert(contentsOf: Array(repeating: " ", count: count), at: column)
      cells[row].removeLast(cells[row].count - columns)
    default: break
    }
  }

  private mutating func erase(_ line: Int, from start: Int) {
    for index in start..<columns { cells[line][index] = " " }
  }
}
