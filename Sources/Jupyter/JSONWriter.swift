extension JSON {
  /// The shortest UTF-8 text of the value. NaN and infinities, which JSON has not, become `null`.
  var bytes: [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(256)
    write(to: &output)
    return output
  }

  func write(to output: inout [UInt8]) {
    switch self {
    case .array(let items):
      output.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        item.write(to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        writeString(member.name, to: &output)
        output.append(UInt8(ascii: ":"))
        member.value.write(to: &output)
      }
      output.append(UInt8(ascii: "}"))
    default: writeScalar(to: &output)
    }
  }

  private func writeScalar(to output: inout [UInt8]) {
    switch self {
    case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
    case .integer(let number): output.append(contentsOf: String(number).utf8)
    case .number(let number) where number.isFinite:
      output.append(contentsOf: "\(number)".utf8)
    case .string(let text): writeString(text, to: &output)
    default: output.append(contentsOf: "null".utf8)
    }
  }

  /// Several lines with two spaces per level, for files that people read.
  func indented(_ level: Int = 0) -> String {
    let inner = String(repeating: "  ", count: level + 1)
    let outer = String(repeating: "  ", count: level)
    switch self {
    case .array(let items) where !items.isEmpty:
      let lines = items.map { inner + $0.indented(level + 1) }
      return "[\n" + lines.joined(separator: ",\n") + "\n" + outer + "]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { member in
        inner + String(decoding: JSON.string(member.name).bytes, as: UTF8.self) + ": "
          + member.value.indented(level + 1)
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n" + outer + "}"
    default: return String(decoding: bytes, as: UTF8.self)
    }
  }
}

private func writeString(_ text: String, to output: inout [UInt8]) {
  output.append(UInt8(ascii: "\""))
  var text = text
  text.withUTF8 { units in
    var start = 0
    for index in 0..<units.count {
      let byte = units[index]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
        continue
      }
      output.append(contentsOf: units[start..<index])
      writeEscape(byte, to: &output)
      start = index + 1
    }
    output.append(contentsOf: units[start...])
  }
  output.append(UInt8(ascii: "\""))
}

private func writeEscape(_ byte: UInt8, to output: inout [UInt8]) {
  output.append(UInt8(ascii: "\\"))
  switch byte {
  case UInt8(ascii: "\n"): output.append(UInt8(ascii: "n"))
  case UInt8(ascii: "\t"): output.append(UInt8(ascii: "t"))
  case UInt8(ascii: "\r"): output.append(UInt8(ascii: "r"))
  case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
  default:
    output.append(contentsOf: "u00".utf8)
    output.append(contentsOf: hexText([byte]).utf8)
  }
}

/// Bytes as lower-case hexadecimal digits.
func hexText(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var units: [UInt8] = []
  for byte in bytes {
    units.append(digits[Int(byte >> 4)])
    units.append(digits[Int(byte & 15)])
  }
  return String(decoding: units, as: UTF8.self)
}
