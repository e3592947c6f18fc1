/// Base 64 with padding (RFC 4648, 2006).
public func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var result: [UInt8] = []
  result.reserveCapacity((bytes.count + 2) / 3 * 4)
  var index = 0
  while index < bytes.count {
    let rest = bytes.count - index
    var group = UInt32(bytes[index]) << 16
    if rest > 1 { group |= UInt32(bytes[index + 1]) << 8 }
    if rest > 2 { group |= UInt32(bytes[index + 2]) }
    for position in 0..<4 {
      let isPadding = position > rest
      result.append(isPadding ? 61 : alphabet[Int(group >> (18 - 6 * UInt32(position)) & 63)])
    }
    index += 3
  }
  return String(decoding: result, as: UTF8.self)
}
