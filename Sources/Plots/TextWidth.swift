/// The columns that a text takes in a terminal: wide East Asian characters and emoji take two,
/// combining marks and control characters none.
func textWidth(_ text: some StringProtocol) -> Int {
  text.reduce(0) { $0 + characterWidth($1) }
}

private func characterWidth(_ character: Character) -> Int {
  guard let scalar = character.unicodeScalars.first else { return 0 }
  let code = scalar.value
  if code < 0x20 || (0x7F..<0xA0).contains(code) { return 0 }
  if code < 0x300 { return 1 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format, .control: return 0
  default: break
  }
  if scalar.properties.isEmojiPresentation { return 2 }
  return wideRanges.contains { $0.contains(code) } ? 2 : 1
}

/// Blocks of Unicode whose characters take two columns (Unicode Standard Annex 11).
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
  0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
]

/// The text on one line, without control characters, so that a cell cannot move the cursor.
func singleLine(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if scalar == "\n" || scalar == "\t" || scalar == "\r" {
      result.append(" ")
    } else if scalar.value >= 0x20, !(0x7F..<0xA0).contains(scalar.value) {
      result.append(scalar)
    }
  }
  return String(result)
}

/// The text in at most `width` columns, the end of a longer one cut with `…` (or `~` in ASCII).
func cut(_ text: String, to width: Int, unicode: Bool = true) -> String {
  if textWidth(text) <= width { return text }
  guard width > 0 else { return "" }
  var result = ""
  var used = 0
  for character in text {
    let next = characterWidth(character)
    if used + next > width - 1 { break }
    result.append(character)
    used += next
  }
  return result + (unicode ? "…" : "~")
}

/// The text with spaces added up to `width` columns.
func padded(_ text: String, to width: Int, _ alignment: Table.Alignment = .left) -> String {
  let missing = max(0, width - textWidth(text))
  switch alignment {
  case .left: return text + spaces(missing)
  case .right: return spaces(missing) + text
  case .center: return spaces(missing / 2) + text + spaces(missing - missing / 2)
  }
}

func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

/// Without spaces at the end, so that no output depends on invisible characters.
func trimmedEnd(_ text: String) -> String {
  var result = Substring(text)
  while result.last == " " { result.removeLast() }
  return String(result)
}

/// Text for XML and HTML: `&`, `<`, `>`, quotes escaped; characters that XML forbids left out.
func escapedXML(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\n", "\t": result += " "
    case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: continue
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
