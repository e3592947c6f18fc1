import Catalog

/// A grid of characters with dots in them: eight a character in braille (Unicode block U+2800), one
/// in ASCII.
struct DotCanvas {
  let columns: Int
  let rows: Int
  let style: Style
  private var dots: [UInt8]
  private var owners: [Int]
  private var letters: [Character?]

  /// Dots across and down.
  var width: Int { style.unicode ? columns * 2 : columns }
  var height: Int { style.unicode ? rows * 4 : rows }

  init(columns: Int, rows: Int, _ style: Style) {
    self.columns = columns
    self.rows = rows
    self.style = style
    dots = Array(repeating: 0, count: columns * rows)
    owners = Array(repeating: -1, count: columns * rows)
    letters = Array(repeating: nil, count: columns * rows)
  }

  /// The bit of each dot of a braille character, by row and column.
  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
  /// What a series is drawn with in ASCII.
  static let inks: [Character] = ["*", "+", "o", "x", "#", "@", "%", "&"]

  /// Sets a dot, y counted from the top; outside nothing happens.
  mutating func set(_ x: Int, _ y: Int, series: Int) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    if style.unicode {
      let cell = y / 4 * columns + x / 2
      dots[cell] |= DotCanvas.bits[y % 4][x % 2]
      owners[cell] = series
    } else {
      dots[y * columns + x] = 1
      owners[y * columns + x] = series
    }
  }

  /// A straight line of dots (Bresenham 1965); of every `pattern.count` dots those marked are set.
  mutating func line(
    from a: (x: Int, y: Int), to b: (x: Int, y: Int), series: Int, pattern: [Bool],
    phase: inout Int
  ) {
    let (dx, dy) = (abs(b.x - a.x), -abs(b.y - a.y))
    let (stepX, stepY) = (a.x < b.x ? 1 : -1, a.y < b.y ? 1 : -1)
    var (x, y) = a
    var error = dx + dy
    while true {
      if pattern[phase % pattern.count] { set(x, y, series: series) }
      if x == b.x, y == b.y { return }
      phase += 1
      let doubled = 2 * error
      if doubled >= dy {
        error += dy
        x += stepX
      }
      if doubled <= dx {
        error += dx
        y += stepY
      }
    }
  }

  /// Whether nothing stands at a character's place.
  func isFree(_ column: Int, _ row: Int) -> Bool {
    guard column >= 0, row >= 0, column < columns, row < rows else { return false }
    return letters[row * columns + column] == nil && dots[row * columns + column] == 0
  }

  /// Puts a character of one column over the dots.
  mutating func put(_ letter: Character, _ column: Int, _ row: Int, series: Int) {
    guard column >= 0, row >= 0, column < columns, row < rows else { return }
    letters[row * columns + column] = letter
    owners[row * columns + column] = series
  }

  /// One line of characters, coloured by series.
  func text(row: Int, _ style: Style? = nil) -> String {
    let style = style ?? self.style
    var result = ""
    var run = ""
    var owner = -1
    func flushed() -> String { owner < 0 ? run : colored(run, DotCanvas.color(owner), style) }
    for column in 0..<columns {
      let cell = row * columns + column
      if owners[cell] != owner {
        result += flushed()
        run = ""
        owner = owners[cell]
      }
      run.append(letters[cell] ?? letter(cell))
    }
    return result + flushed()
  }

  private func letter(_ cell: Int) -> Character {
    if dots[cell] == 0 { return " " }
    guard style.unicode else {
      return DotCanvas.inks[max(0, owners[cell]) % DotCanvas.inks.count]
    }
    let scalar = Unicode.Scalar(0x2800 + UInt32(dots[cell]))
    return scalar.map { Character($0) } ?? " "
  }

  static func color(_ series: Int) -> Int { Palette.terminal[series % Palette.terminal.count] }
}
