extension Raster {
  /// degenerate + factor·(self − degenerate), cut to 0 … 255 and rounded down: PIL's `blend`.
  ///
  /// - Parameter degenerate: A byte for each place; 1 changes nothing.
  private func enhanced(_ factor: Float, from degenerate: (Int) -> UInt8) -> Raster {
    if factor == 1 { return self }
    let result = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      pixels.withUnsafeBufferPointer { source in
        for index in 0..<source.count {
          let base = Int(degenerate(index))
          let value = Float(base) + factor * Float(Int(source[index]) - base)
          target[index] = UInt8(max(0, min(255, value)))
        }
      }
      count = pixels.count
    }
    return Raster(width: width, height: height, channels: channels, pixels: result)
  }

  /// Between black (0), itself (1) and twice as bright (2): PIL's `Brightness`.
  public func brightened(_ factor: Float) -> Raster { enhanced(factor) { _ in 0 } }

  /// Between its mean grey (0), itself (1) and more: PIL's `Contrast`.
  public func contrasted(_ factor: Float) -> Raster {
    let grey = converted(to: 1).pixels
    let sum = grey.reduce(0) { $0 + Int($1) }
    let mean = UInt8(Double(sum) / Double(grey.count) + 0.5)
    return enhanced(factor) { _ in mean }
  }

  /// Between its greys (0), itself (1) and stronger colours: PIL's `Color`. Grey stays as it is.
  public func coloured(_ factor: Float) -> Raster {
    if channels < 3 { return self }
    let grey = converted(to: 1).pixels
    let channels = channels
    return grey.withUnsafeBufferPointer { grey in
      enhanced(factor) { grey[$0 / channels] }
    }
  }

  /// Between smooth (0), itself (1) and sharp (2): PIL's `Sharpness`.
  public func sharpened(_ factor: Float) -> Raster {
    let smooth = smoothed().pixels
    return smooth.withUnsafeBufferPointer { smooth in enhanced(factor) { smooth[$0] } }
  }

  /// Each inner pixel the mean of its neighbours and, five times, itself: PIL's `SMOOTH`. The rim
  /// stays as it is.
  private func smoothed() -> Raster {
    guard width > 2, height > 2 else { return self }
    var result = pixels
    let row = width * channels
    result.withUnsafeMutableBufferPointer { target in
      pixels.withUnsafeBufferPointer { source in
        for y in 1..<height - 1 {
          for index in y * row + channels..<(y + 1) * row - channels {
            var sum = 4 * Int(source[index])
            for start in [index - row, index, index + row] {
              sum += Int(source[start - channels]) + Int(source[start])
              sum += Int(source[start + channels])
            }
            // Thirteenths are never halves, so rounding has no ties.
            target[index] = UInt8((2 * sum + 13) / 26)
          }
        }
      }
    }
    return Raster(width: width, height: height, channels: channels, pixels: result)
  }
}
