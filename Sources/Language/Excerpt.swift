/// A line of source with a run of carets under a part of it.
struct Excerpt {
  private let number: String
  private let text: String
  /// Columns before the carets.
  private let offset: Int
  private let carets: Int
  private let width: Int

  /// The first line of the span; of a line too long for `width` only the part around the span.
  init(_ source: SourceText, _ span: Span, width: Int) {
    let line = source.position(of: span.start).line
    let whole = source.lineSpan(line)
    let start = min(max(span.start, whole.start), whole.end)
    let end = min(max(span.end, start), whole.end)
    number = String(line)
    self.width = max(width, 40)
    let room = max(20, self.width - number.count - 5)
    let cut = Self.window(whole, start, end, room: room, in: source)
    var text = cut.start > whole.start ? "…" : ""
    var offset = 0
    var carets = 0
    var index = cut.start
    if index > whole.start { offset = 1 }
    while index < cut.end {
      let scalar = source.scalars[index]
      let shown: Unicode.Scalar = Self.isPrintable(scalar) ? scalar : " "
      text.unicodeScalars.append(shown)
      if index < start { offset += columns(of: shown) }
      if index >= start, index < end { carets += columns(of: shown) }
      index += 1
    }
    if cut.end < whole.end { text += "…" }
    self.text = text
    self.offset = offset
    self.carets = max(1, carets)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x20 && !(scalar.value >= 0x7F && scalar.value < 0xA0)
  }

  /// The part of a line to show: all of it, or `room` columns that hold the start of the span.
  private static func window(
    _ whole: Span, _ start: Int, _ end: Int, room: Int, in source: SourceText
  ) -> Span {
    func size(_ scalar: Int) -> Int { max(1, columns(of: source.scalars[scalar])) }
    var total = 0
    var probe = whole.start
    while probe < whole.end, total <= room {
      total += size(probe)
      probe += 1
    }
    if total <= room { return whole }
    // A third of the room for what stands before the span.
    var first = start
    var used = 0
    while first > whole.start, used + size(first - 1) <= room / 3 {
      used += size(first - 1)
      first -= 1
    }
    var last = first
    used = 2
    while last < whole.end, used + size(last) <= room {
      used += size(last)
      last += 1
    }
    return Span(first, last)
  }

  /// The line with its number, and the carets with the advice beside them (below where it does not
  /// fit).
  func lines(advice: String?) -> [String] {
    let gutter = String(repeating: " ", count: number.count + 3) + "| "
    var lines = ["  \(number) | \(text)"]
    var below =
      gutter + String(repeating: " ", count: offset) + String(repeating: "^", count: carets)
    guard let advice else { return lines + [below] }
    if columns(of: below) + 2 + columns(of: advice) <= width {
      below += "  " + advice
      lines.append(below)
    } else {
      let room = max(0, width - columns(of: gutter) - columns(of: advice))
      lines.append(below)
      lines.append(gutter + String(repeating: " ", count: min(offset, room)) + advice)
    }
    return lines
  }
}
