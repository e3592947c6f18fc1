/// Finds times, rates, paths and amounts of memory in a line.
enum Measurement {
  private static let timeUnits = [
    "ns", "µs", "μs", "us", "ms", "s", "min", "m", "h", "d", "seconds", "second", "minutes",
    "minute", "hours", "hour", "days", "day",
  ]
  private static let memoryUnits = [
    "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "bytes", "byte",
  ]

  /// Where a thing of that kind that starts at a position may end.
  static func ends(
    of placeholder: Placeholder, in text: [Unicode.Scalar], from start: Int
  ) -> [Int] {
    switch placeholder {
    case .time: times(text, start)
    case .memory: amounts(text, start, memoryUnits)
    case .rate: rates(text, start)
    case .path: paths(text, start)
    }
  }

  /// "8 ms", "1 min 3 s", "2m05s", "1:02", "00:01:02.5".
  private static func times(_ text: [Unicode.Scalar], _ start: Int) -> [Int] {
    var ends = clocks(text, start)
    var open = amounts(text, start, timeUnits)
    while let end = open.popLast() {
      ends.append(end)
      let next = end < text.count && text[end] == " " ? end + 1 : end
      if ends.count < 32 { open += amounts(text, next, timeUnits) }
    }
    return ends
  }

  private static func clocks(_ text: [Unicode.Scalar], _ start: Int) -> [Int] {
    var ends: [Int] = []
    guard var number = Numeral.read(text, at: start), !number.isFloat else { return [] }
    while ends.count < 2, number.end + 2 < text.count, text[number.end] == ":",
      text[number.end + 1].isDigit, text[number.end + 2].isDigit,
      let next = Numeral.read(text, at: number.end + 1)
    {
      ends.append(next.end)
      number = next
    }
    return ends
  }

  /// A number, at most one space, a unit that no letter follows.
  private static func amounts(
    _ text: [Unicode.Scalar], _ start: Int, _ units: [String]
  ) -> [Int] {
    guard let number = Numeral.read(text, at: start), text[start] != "-" else { return [] }
    let unitStart = number.end < text.count && text[number.end] == " " ? number.end + 1 : number.end
    var ends: [Int] = []
    for unit in units {
      let scalars = Array(unit.unicodeScalars)
      let end = unitStart + scalars.count
      guard end <= text.count, Array(text[unitStart..<end]) == scalars else { continue }
      if end < text.count, text[end].properties.isAlphabetic || text[end] == "/" { continue }
      ends.append(end)
    }
    return ends
  }

  /// "1,234 images/s", "3.2k/s", "12.1 GFLOP/s", "8 ms/step".
  private static func rates(_ text: [Unicode.Scalar], _ start: Int) -> [Int] {
    guard let number = Numeral.read(text, at: start) else { return [] }
    var position = number.end
    while position + 1 < text.count, text[position] == ",", text[position + 1].isDigit {
      position += 1
      while position < text.count, text[position].isDigit { position += 1 }
    }
    if position < text.count, text[position] == " " { position += 1 }
    while position < text.count, text[position].properties.isAlphabetic { position += 1 }
    guard position + 1 < text.count, text[position] == "/",
      text[position + 1].properties.isAlphabetic
    else { return [] }
    position += 1
    while position < text.count, text[position].properties.isAlphabetic { position += 1 }
    return [position]
  }

  /// Anything without a space or a quote, of any length from one.
  private static func paths(_ text: [Unicode.Scalar], _ start: Int) -> [Int] {
    var ends: [Int] = []
    var position = start
    while position < text.count, !text[position].properties.isWhitespace,
      text[position] != "'", text[position] != "\""
    {
      position += 1
      ends.append(position)
    }
    return ends
  }
}
