import CReadline

/// Columns that text takes on a terminal.
enum Columns {
  /// Columns of one line; ANSI sequences take none.
  static func count(_ line: String) -> Int {
    var total = 0
    walk(line) { _, columns in
      total += columns
      return true
    }
    return total
  }

  /// Lines of the screen that one line takes, wrapped at a width.
  static func rows(_ line: String, width: Int) -> Int {
    max(1, (count(line) + width - 1) / max(1, width))
  }

  /// The line cut so that it takes at most `width` columns; `…` stands for what is cut off.
  static func cut(_ line: String, width: Int) -> String {
    guard count(line) > width else { return line }
    var kept = String.UnicodeScalarView()
    var total = 0
    var hasEscapes = false
    walk(line) { scalar, columns in
      guard total + columns <= width - 1 else { return false }
      kept.append(scalar)
      total += columns
      hasEscapes = hasEscapes || scalar == "\u{1B}"
      return true
    }
    return String(kept) + "…" + (hasEscapes ? "\u{1B}[0m" : "")
  }

  /// Visits each scalar with its columns, until the visitor has seen enough.
  private static func walk(_ line: String, _ visit: (Unicode.Scalar, Int) -> Bool) {
    var isEscape = false
    for scalar in line.unicodeScalars {
      var columns = 0
      if scalar == "\u{1B}" {
        isEscape = true
      } else if isEscape {
        // A sequence ends with a letter or another final byte; `[` opens its arguments.
        isEscape = !(scalar != "[" && (0x40...0x7E).contains(scalar.value))
      } else {
        columns = width(of: scalar)
      }
      if !visit(scalar, columns) { return }
    }
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F ? 0 : 1 }
    return max(0, Int(line_columns(scalar.value)))
  }
}
