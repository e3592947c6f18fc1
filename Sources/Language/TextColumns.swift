/// Columns that a character takes on a terminal: 0 for combining marks and controls, 2 for wide
/// East Asian characters and most emoji (Unicode Standard Annex 11), else 1.
func columns(of scalar: Unicode.Scalar) -> Int {
  let value = scalar.value
  if value < 0x20 || (value >= 0x7F && value < 0xA0) { return 0 }
  if value < 0x300 { return value == 0xAD ? 0 : 1 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format, .control, .surrogate: return 0
  default: break
  }
  return wide.contains { $0.contains(value) } ? 2 : 1
}

/// Columns that a text in one line takes on a terminal.
func columns(of text: String) -> Int {
  text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
}

private let wide: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x2614...0x2615, 0x26A1...0x26A1,
  0x2705...0x2705, 0x274C...0x274C, 0x2795...0x2797, 0x2B50...0x2B50, 0x2E80...0x303E,
  0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97C,
  0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
  0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F7E0...0x1F7EB, 0x1F900...0x1F9FF,
  0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
]
