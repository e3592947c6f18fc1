/// How the numbers of a table's column or a heat map's cells are written.
public enum NumberFormat: Sendable, Equatable {
  /// About four significant digits, with as many places for every number of the column.
  case automatic
  /// So many decimal places: `0.413`.
  case fixed(Int)
  /// So many significant digits: `1.5e-7`.
  case significant(Int)
  /// A share of one, shown in percent with so many places: 0.912 is `91.2 %`.
  case percent(Int)
  /// A count with a comma between thousands: `11,689,512`.
  case count
  /// Seconds, shown in the unit that suits them: `8 ms`, `2.1 s`, `1:05:09`.
  case seconds
  /// Bytes, shown in powers of 1024: `1.5 MiB`.
  case bytes

  /// One number on its own.
  public func text(_ number: Double) -> String {
    guard number.isFinite else { return fixedText(number, 0) }
    return switch self {
    case .automatic: significantText(number, 4)
    case .fixed(let places): fixedText(number, places)
    case .significant(let digits): significantText(number, max(1, min(12, digits)))
    case .percent(let places): fixedText(number * 100, places) + " %"
    case .count: groupedText(number)
    case .seconds: secondsText(number)
    case .bytes: bytesText(number)
    }
  }

  /// The format that suits all of `numbers`: `.automatic` becomes a fixed count of places, unless
  /// they differ by so much that small ones would vanish.
  func settled(for numbers: [Double]) -> NumberFormat {
    guard self == .automatic else { return self }
    let sizes = numbers.filter { $0.isFinite && $0 != 0 }.map { abs($0) }
    guard let largest = sizes.max(), let smallest = sizes.min() else { return .fixed(0) }
    if sizes.allSatisfy({ $0 == $0.rounded() && $0 < 1e9 }) { return .fixed(0) }
    guard largest < 1e6, largest >= 1e-3, largest / smallest < 1e4 else { return .significant(4) }
    var places = max(0, 3 - decimalExponent(largest, digits: 4))
    // Zeros that all numbers end with say nothing.
    while places > 0, sizes.allSatisfy({ fixedText($0, places).hasSuffix("0") }) { places -= 1 }
    return .fixed(places)
  }
}

/// A time span in the unit that suits it: `85 µs`, `8 ms`, `2.1 s`, `1:05` (minutes, seconds),
/// `1:05:09`.
public func secondsText(_ seconds: Double) -> String {
  guard seconds.isFinite else { return "–" }
  let size = abs(seconds)
  if size == 0 { return "0 s" }
  if size < 0.9995e-3 { return significantText(seconds * 1e6, 3) + " µs" }
  if size < 0.9995 { return significantText(seconds * 1e3, 3) + " ms" }
  if size < 59.95 { return significantText(seconds, 3) + " s" }
  return clockText(seconds)
}

/// A time span as a clock shows it: `0:12`, `12:05`, `1:05:09`, `3 d 4:00:00`.
public func clockText(_ seconds: Double) -> String {
  guard seconds.isFinite, abs(seconds) < 1e10 else { return "–" }
  let sign = seconds < 0 ? "-" : ""
  let total = Int(abs(seconds).rounded())
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let (days, hours, minutes) = (total / 86_400, total / 3600 % 24, total / 60 % 60)
  if total < 3600 { return "\(sign)\(minutes):\(two(total % 60))" }
  let clock = "\(hours):\(two(minutes)):\(two(total % 60))"
  return sign + (days > 0 ? "\(days) d " : "") + clock
}

/// A size in bytes, powers of 1024: `512 B`, `1.5 MiB`.
public func bytesText(_ bytes: Double) -> String {
  guard bytes.isFinite else { return "–" }
  let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
  var size = bytes
  var unit = 0
  while abs(size) >= 1023.5, unit < units.count - 1 {
    size /= 1024
    unit += 1
  }
  return (unit == 0 ? fixedText(size, 0) : significantText(size, 3)) + " " + units[unit]
}
