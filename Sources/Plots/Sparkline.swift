public import Catalog

/// A series in one line of text, each value as a block of its height: `▇▅▃▂▁▁`.
///
/// Longer series are shown by means over equal parts; a value that is not finite leaves a blank.
public func sparkline(_ values: [Double], width: Int, style: Style) -> String {
  let inks: [Character] =
    style.unicode
    ? ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] : ["_", ".", "-", "~", "=", "+", "*", "#"]
  let count = min(max(1, width), values.count)
  let means = (0..<count).map { index -> Double in
    let part = values[index * values.count / count..<(index + 1) * values.count / count]
    let finite = part.filter(\.isFinite)
    return finite.reduce(0) { $0 + $1 / Double(finite.count) } / (finite.isEmpty ? 0 : 1)
  }
  let finite = means.filter(\.isFinite)
  guard let low = finite.min(), let high = finite.max() else { return spaces(count) }
  let span = high - low
  return String(
    means.map { value -> Character in
      guard value.isFinite else { return " " }
      guard span > 0, span.isFinite else { return inks[inks.count / 2 - 1] }
      return inks[min(inks.count - 1, Int((value - low) / span * Double(inks.count)))]
    })
}

/// A bar that is filled to a share 0 … 1: `━━━━━╸────`, in ASCII `=====>----`.
public func gauge(_ share: Double, width: Int, style: Style) -> String {
  let share = share.isNaN ? 0 : max(0, min(1, share))
  let width = max(1, width)
  guard style.unicode else {
    let filled = Int(share * Double(width))
    let tip = filled < width && filled > 0 ? ">" : ""
    let rest = String(repeating: "-", count: width - filled)
    return String(repeating: "=", count: filled - tip.count) + tip + rest
  }
  let halves = Int(share * Double(width) * 2)
  let filled = String(repeating: "━", count: halves / 2) + (halves % 2 == 1 ? "╸" : "")
  let rest = String(repeating: "─", count: width - (halves + 1) / 2)
  return colored(filled, Palette.terminal[0], style) + faint(rest, style)
}
