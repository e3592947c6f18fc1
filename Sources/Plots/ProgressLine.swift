public import Catalog

/// How far a piece of work has come, in one line:
/// `epoch 2/5 ━━━━━━──── 61 % · 812 img/s · 0:12 left · loss 0.412`.
public struct ProgressLine: Sendable, Equatable {
  /// Written before the bar: "epoch 2/5".
  public var label: String
  public var done: Double
  /// Nil where the end is not known: no bar is drawn, and `done` is shown as a count.
  public var total: Double?
  /// Pieces a second; nil while it is not known.
  public var rate: Double?
  /// The unit of the rate: "img/s".
  public var rateUnit: String
  /// Seconds to go; nil while they are not known.
  public var remaining: Double?
  /// Written at the end: "loss 0.412".
  public var detail: String

  public init(
    _ label: String = "", done: Double, total: Double?, rate: Double? = nil,
    rateUnit: String = "img/s", remaining: Double? = nil, detail: String = ""
  ) {
    self.label = label
    self.done = done
    self.total = total
    self.rate = rate
    self.rateUnit = rateUnit
    self.remaining = remaining
    self.detail = detail
  }

  /// The part that is done, 0 … 1; nil where the end is not known.
  public var share: Double? {
    guard let total, total > 0, done.isFinite else { return nil }
    return max(0, min(1, done / total))
  }

  /// The line in at most `style.width - 1` columns: the last column of a terminal would wrap it.
  public func text(_ style: Style) -> String {
    let limit = max(10, style.width - 1)
    let dot = style.unicode ? " · " : " | "
    let tail = parts.joined(separator: dot)
    guard let share else {
      let words = joined([groupedText(done), tail], dot)
      return cut(joined([label, words], " "), to: limit, unicode: style.unicode)
    }
    let words = joined([percent(share), tail], dot)
    let used = textWidth(joined([label, words], " ")) + 1
    let width = min(30, limit - used)
    if width < 5 { return cut(joined([label, words], " "), to: limit, unicode: style.unicode) }
    return joined([label, gauge(share, width: width, style: style), words], " ")
  }

  /// The line for a terminal and a bar for a notebook.
  public func display(_ style: Style) -> Display {
    let words = ([share.map(percent) ?? groupedText(done)] + parts).joined(separator: " · ")
    var html = "<div style=\"font-family:monospace;white-space:pre-wrap\">"
    if !label.isEmpty { html += escapedXML(singleLine(label)) + " " }
    if let share {
      let filled = fixedText(share * 100, 1)
      html +=
        "<span style=\"display:inline-block;width:160px;height:8px;border-radius:4px;"
        + "background:#80808040\"><span style=\"display:block;width:\(filled)%;height:8px;"
        + "border-radius:4px;background:\(Palette.light[0].hex)\"></span></span> "
    }
    html += escapedXML(words) + "</div>"
    return Display(text(style), forms: [.init("text/html", html)])
  }

  private var parts: [String] {
    var result: [String] = []
    if let rate, rate.isFinite { result.append(rateText(rate, unit: rateUnit)) }
    if let remaining, remaining.isFinite { result.append(clockText(remaining) + " left") }
    if !detail.isEmpty { result.append(singleLine(detail)) }
    return result
  }

  /// Whole percent, rounded down: 100 % is shown only when all is done.
  private func percent(_ share: Double) -> String { "\(Int(share * 100)) %" }

  private func joined(_ parts: [String], _ separator: String) -> String {
    parts.filter { !$0.isEmpty }.joined(separator: separator)
  }
}

/// A progress line as text; see ``ProgressLine``.
public func progressLine(
  label: String = "", done: Double, total: Double?, rate: Double? = nil,
  rateUnit: String = "img/s", remaining: Double? = nil, detail: String = "", style: Style
) -> String {
  ProgressLine(
    label, done: done, total: total, rate: rate, rateUnit: rateUnit, remaining: remaining,
    detail: detail
  ).text(style)
}

/// Pieces a second: `1,240 img/s`, `3.21 img/s`.
public func rateText(_ rate: Double, unit: String = "img/s") -> String {
  (rate >= 100 ? groupedText(rate) : significantText(rate, 3)) + " " + unit
}
