/// The marked values of an axis.
struct Ticks: Equatable {
  var values: [Double]
  var labels: [String]
  /// Lines without a label, between decades.
  var minor: [Double] = []

  /// About `count` round values inside a scale.
  ///
  /// - Parameter wholeOnly: Steps and epochs have no halves.
  init(_ scale: Scale, count: Int, wholeOnly: Bool = false) {
    let count = max(2, count)
    if scale.isLog {
      self = Ticks.decades(scale, count: count) ?? Ticks(linear: scale, count, wholeOnly)
    } else {
      self = Ticks(linear: scale, count, wholeOnly)
    }
  }

  private init(values: [Double], labels: [String], minor: [Double]) {
    self.values = values
    self.labels = labels
    self.minor = minor
  }

  /// Multiples of 1, 2 or 5 times a power of ten.
  private init(linear scale: Scale, _ count: Int, _ wholeOnly: Bool) {
    let span = scale.upper - scale.lower
    let rough = span / Double(count)
    var exponent = Int(decimalLog(rough).rounded(.down))
    var factor = 1
    let mantissa = rough / tenTo(exponent)
    // Of 1, 2, 5 and 10 the nearest by ratio, so that there are about as many ticks as asked for.
    if mantissa > 7.07 {
      exponent += 1
    } else if mantissa > 3.16 {
      factor = 5
    } else if mantissa > 1.41 {
      factor = 2
    }
    if wholeOnly, exponent < 0 { (factor, exponent) = (1, 0) }
    let step = Double(factor) * tenTo(exponent)
    let slack = span * 1e-9
    let first = ((scale.lower - slack) / step).rounded(.up)
    var values: [Double] = []
    for index in 0...(count * 3) {
      let multiple = first + Double(index)
      // Dividing by an exact power of ten gives 0.3 where multiplying gives 0.30000000000000004.
      let value =
        exponent < 0
        ? multiple * Double(factor) / tenTo(-exponent) : multiple * step
      if value > scale.upper + slack { break }
      values.append(value)
    }
    self.init(values: values, labels: Ticks.labels(values, step: exponent), minor: [])
  }

  /// Powers of ten, every so many of them; with 2 and 5 between where there are few. Nil where not
  /// even two of those lie inside.
  private static func decades(_ scale: Scale, count: Int) -> Ticks? {
    let low = decimalLog(scale.lower) - 1e-9
    let high = decimalLog(scale.upper) + 1e-9
    let (first, last) = (Int(low.rounded(.up)), Int(high.rounded(.down)))
    let number = last - first + 1
    var values: [Double] = []
    var minor: [Double] = []
    if number >= 3 || number == 2 && count <= 3 {
      // A decade's label is as low as any other, and decades may stand twice as close as steps.
      let stride = max(1, (number + 2 * count - 1) / (2 * count))
      for exponent in first...last {
        let isTick = (exponent - first).isMultiple(of: stride)
        if isTick { values.append(tenTo(exponent)) } else { minor.append(tenTo(exponent)) }
      }
    } else {
      for exponent in (first - 1)...(last + 1) {
        for factor in [1.0, 2, 5] {
          let value = factor * tenTo(exponent)
          let place = decimalLog(value)
          if place >= low, place <= high { values.append(value) }
        }
      }
    }
    guard values.count >= 2 else { return nil }
    return Ticks(values: values, labels: values.map(single), minor: minor)
  }

  /// One label on its own: `0.001`, `20k`, `1e-7`.
  private static func single(_ value: Double) -> String {
    let size = abs(value)
    if size >= 1e12 || size < 0.999e-3 && size > 0 {
      let exponent = decimalExponent(value, digits: 3)
      return withoutTrailingZeros(fixedText(value / tenTo(exponent), 2)) + "e\(exponent)"
    }
    if size >= 1e4 { return scaled(value, like: size, places: 0) }
    return significantText(value, 3)
  }

  /// Labels with the same number of places, `step` being the exponent of the distance.
  private static func labels(_ values: [Double], step: Int) -> [String] {
    let size = values.map { abs($0) }.max() ?? 0
    if size == 0 { return values.map { _ in "0" } }
    let top = decimalExponent(size, digits: 12)
    if top >= 12 || top < -3 || top - step > 9 {
      return values.map { significantText($0, max(2, min(6, top - step + 2))) }
    }
    if top >= 4 {
      let unit = top >= 9 ? 9 : top >= 6 ? 6 : 3
      return values.map { scaled($0, like: tenTo(unit), places: max(0, unit - step)) }
    }
    return values.map { fixedText($0, max(0, -step)) }
  }

  private static func scaled(_ value: Double, like size: Double, places: Int) -> String {
    if value == 0 { return "0" }
    let (unit, letter) = size >= 1e9 ? (1e9, "G") : size >= 1e6 ? (1e6, "M") : (1e3, "k")
    return places == 0
      ? significantText(value / unit, 6) + letter : fixedText(value / unit, min(6, places)) + letter
  }
}
