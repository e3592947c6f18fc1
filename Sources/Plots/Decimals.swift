#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The decimal logarithm.
func decimalLog(_ x: Double) -> Double { log10(x) }

/// Ten to a power.
func tenTo(_ x: Double) -> Double { pow(10, x) }

/// Ten to a whole power: the double nearest to it, exact up to 10^22.
func tenTo(_ exponent: Int) -> Double {
  Double("1e\(max(-330, min(330, exponent)))") ?? 0
}

/// A number with a fixed count of decimal places, ties away from zero.
///
/// - Parameter places: 0 … 12.
func fixedText(_ number: Double, _ places: Int) -> String {
  guard number.isFinite else { return infiniteText(number) }
  let places = max(0, min(12, places))
  let scaled = (abs(number) * tenTo(places)).rounded()
  guard scaled < 9e15 else { return significantText(number, 6) }
  let digits = String(Int(scaled))
  let sign = number < 0 && scaled > 0 ? "-" : ""
  if places == 0 { return sign + digits }
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  return sign + padded.dropLast(places) + "." + padded.suffix(places)
}

/// A number with a fixed count of significant digits and no zeros at its end: `0.0123`, `1.5e-7`.
func significantText(_ number: Double, _ digits: Int) -> String {
  guard number.isFinite else { return infiniteText(number) }
  guard number != 0 else { return "0" }
  let exponent = decimalExponent(number, digits: digits)
  if exponent >= -5, exponent < max(digits, 6) {
    return withoutTrailingZeros(fixedText(number, max(0, digits - 1 - exponent)))
  }
  let mantissa = scaledDown(number, by: exponent)
  return withoutTrailingZeros(fixedText(mantissa, digits - 1)) + "e\(exponent)"
}

/// The exponent of a number's first digit once it is rounded to so many significant digits.
func decimalExponent(_ number: Double, digits: Int) -> Int {
  guard number != 0, number.isFinite else { return 0 }
  let exponent = Int(decimalLog(abs(number)).rounded(.down))
  let mantissa = abs(scaledDown(number, by: exponent))
  // 9.996 at three digits is 10.0, one exponent up; log10 may also be off by one at a power of ten.
  if (mantissa * tenTo(digits - 1)).rounded() >= tenTo(digits) { return exponent + 1 }
  return mantissa < 1 && (mantissa * tenTo(digits - 1)).rounded() < tenTo(digits - 1)
    ? exponent - 1 : exponent
}

/// `number / 10^exponent`, without overflow for subnormal numbers.
private func scaledDown(_ number: Double, by exponent: Int) -> Double {
  exponent < -300 ? number * 1e300 / tenTo(exponent + 300) : number / tenTo(exponent)
}

/// A count with a comma between thousands: `11,689,512`.
func groupedText(_ number: Double) -> String {
  let plain = fixedText(number, 0)
  guard plain.allSatisfy({ $0.isNumber || $0 == "-" }) else { return plain }
  let sign = plain.hasPrefix("-") ? "-" : ""
  let digits = Array(plain.dropFirst(sign.count))
  var result = sign
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(",") }
    result.append(digit)
  }
  return result
}

func withoutTrailingZeros(_ text: String) -> String {
  guard text.contains(".") else { return text }
  var result = Substring(text)
  while result.last == "0" { result.removeLast() }
  if result.last == "." { result.removeLast() }
  return result == "-0" ? "0" : String(result)
}

private func infiniteText(_ number: Double) -> String {
  number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"
}
