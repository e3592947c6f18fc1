extension Raster {
  /// Every pixel of a channel replaced by what a table of 256 bytes says.
  ///
  /// - Parameter tables: One for each channel, or one for all.
  func looked(up tables: [[UInt8]]) -> Raster {
    let channels = channels
    let result = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      pixels.withUnsafeBufferPointer { source in
        for channel in 0..<channels {
          tables[tables.count == 1 ? 0 : channel].withUnsafeBufferPointer { table in
            for index in stride(from: channel, to: source.count, by: channels) {
              target[index] = table[Int(source[index])]
            }
          }
        }
      }
      count = pixels.count
    }
    return Raster(width: width, height: height, channels: channels, pixels: result)
  }

  /// How often each byte occurs in each channel.
  var histograms: [[Int]] {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: channels)
    for channel in 0..<channels {
      counts[channel].withUnsafeMutableBufferPointer { counts in
        for index in stride(from: channel, to: pixels.count, by: channels) {
          counts[Int(pixels[index])] += 1
        }
      }
    }
    return counts
  }

  private static let levels = (0...255).map { UInt8($0) }

  /// 255 − x.
  public func inverted() -> Raster { looked(up: [Raster.levels.map { 255 - $0 }]) }

  /// 255 − x where x is at least the threshold, 0 … 256.
  public func solarized(from threshold: Int) -> Raster {
    looked(up: [Raster.levels.map { Int($0) < threshold ? $0 : 255 - $0 }])
  }

  /// A constant added, up to 255, where x is below 128.
  public func solarized(adding addend: Int) -> Raster {
    looked(up: [
      Raster.levels.map { $0 < 128 ? UInt8(max(0, min(255, Int($0) + addend))) : $0 }
    ])
  }

  /// The highest bits of each byte, the others 0; 8 change nothing, 0 leave black.
  public func posterized(bits: Int) -> Raster {
    if bits >= 8 { return self }
    let mask = UInt8(truncatingIfNeeded: 0xff << (8 - max(0, bits)))
    return looked(up: [Raster.levels.map { $0 & mask }])
  }

  /// Each channel stretched so that its least byte is 0 and its greatest 255: PIL's `autocontrast`.
  public func autoContrasted() -> Raster {
    looked(
      up: histograms.map { counts in
        guard let low = counts.firstIndex(where: { $0 > 0 }),
          let high = counts.lastIndex(where: { $0 > 0 }), high > low
        else { return Raster.levels }
        let scale = 255 / Double(high - low)
        let offset = -Double(low) * scale
        return Raster.levels.map { UInt8(max(0, min(255, Int(Double($0) * scale + offset)))) }
      })
  }

  /// Each channel mapped so that its bytes are spread evenly: PIL's `equalize`.
  public func equalized() -> Raster {
    looked(
      up: histograms.map { counts in
        guard let last = counts.last(where: { $0 > 0 }),
          counts.lazy.filter({ $0 > 0 }).count > 1
        else { return Raster.levels }
        let step = (counts.reduce(0, +) - last) / 255
        if step == 0 { return Raster.levels }
        var sum = step / 2
        return counts.map { count in
          defer { sum += count }
          return UInt8(min(255, sum / step))
        }
      })
  }
}
