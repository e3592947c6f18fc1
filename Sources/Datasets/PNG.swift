import CZlib

/// Writes 8-bit RGB pictures as PNG (ISO/IEC 15948:2004, https://www.w3.org/TR/png-3/): header, one
/// zlib stream of rows without a filter, end.
enum PNG {
  /// - Parameter pixels: Row by row, three bytes each.
  static func encoded(_ pixels: [UInt8], height: Int, width: Int) -> [UInt8] {
    precondition(pixels.count == height * width * 3)
    var rows: [UInt8] = []
    rows.reserveCapacity(pixels.count + height)
    for row in 0..<height {
      rows.append(0)
      rows += pixels[row * width * 3..<(row + 1) * width * 3]
    }
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("IDAT", deflated(rows)) + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    let sum = UInt32(truncatingIfNeeded: crc32(0, body, UInt32(body.count)))
    return bigEndian(UInt32(data.count)) + body + bigEndian(sum)
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(UInt(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(count)) { target, size in
      let status = compress2(target.baseAddress, &count, bytes, UInt(bytes.count), 9)
      precondition(status == Z_OK)
      size = Int(count)
    }
  }

  private static func bigEndian(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}
