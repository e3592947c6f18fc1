import Catalog

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A number in C's notation `%.<digits><letter>`, `letter` one of e f g.
func printed(_ number: Double, digits: Int, letter: Character) -> String {
  if number.isNaN { return "nan" }
  if number.isInfinite { return number < 0 ? "-inf" : "inf" }
  // The largest Double has 309 digits before the point.
  var buffer = [CChar](repeating: 0, count: 360 + max(0, digits))
  let size = buffer.count
  let length = withVaList([Int32(digits), number]) { arguments in
    vsnprintf(&buffer, size, "%.*\(letter)", arguments)
  }
  let bytes = buffer.prefix(max(0, min(Int(length), size - 1))).map { UInt8(bitPattern: $0) }
  return String(decoding: bytes, as: UTF8.self)
}

/// Puts a separator between every three digits before the point.
func grouped(_ digits: String, by separator: Character) -> String {
  let sign = digits.hasPrefix("-") ? "-" : ""
  let body = digits.dropFirst(sign.count)
  let whole = body.prefix { $0.isNumber }
  guard !whole.isEmpty else { return digits }
  var result = ""
  for (index, digit) in whole.enumerated() {
    if index > 0, (whole.count - index) % 3 == 0 { result.append(separator) }
    result.append(digit)
  }
  return sign + result + body.dropFirst(whole.count)
}
