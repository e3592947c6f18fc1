import CKernels

extension Raster {
  /// The picture in another size.
  ///
  /// Bilinear and bicubic (a = −1/2) widen their filter where a side shrinks, so that every old
  /// pixel counts (antialiasing); rows first, then columns, in whole numbers of 22 bits after the
  /// point: PIL's resampling, to the bit. Nearest takes the pixel under the middle of the new one.
  ///
  /// - Precondition: Both sizes are positive.
  public func resized(
    width newWidth: Int, height newHeight: Int, _ interpolation: Interpolation
  ) -> Raster {
    if newWidth == width, newHeight == height { return self }
    switch interpolation {
    case .nearest: return picked(width: newWidth, height: newHeight)
    case .bilinear, .bicubic:
      let filter = interpolation == .bilinear ? ResamplingFilter.triangle : .cubic
      var result = self
      if newWidth != width {
        let axis = ResampledAxis(from: width, to: newWidth, filter)
        // Rows that no new one looks at are left alone.
        let used = newHeight == height ? nil : ResampledAxis(from: height, to: newHeight, filter)
        result = result.withRows(axis, rows: used?.span ?? 0..<height)
      }
      if newHeight != height {
        result = result.withColumns(ResampledAxis(from: height, to: newHeight, filter))
      }
      return result
    }
  }

  /// The shorter side brought to a length; the longer becomes ⌊length · longer / shorter⌋.
  public func resized(shorterSide length: Int, _ interpolation: Interpolation) -> Raster {
    let (short, long) = (min(width, height), max(width, height))
    // A line of a thousand pixels and one pixel high must not become a picture of gigabytes.
    let far = max(length, min(length * long / short, Raster.mostPixels / length))
    return width <= height
      ? resized(width: length, height: far, interpolation)
      : resized(width: far, height: length, interpolation)
  }

  /// - Parameter rows: Those that are needed; the others are left as zeros.
  private func withRows(_ axis: ResampledAxis, rows: Range<Int>) -> Raster {
    let stride = axis.size * channels
    var result = [UInt8](repeating: 0, count: stride * height)
    result.withUnsafeMutableBufferPointer { target in
      pixels.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        axis.withAxis { axis in
          ak_resample_rows(
            axis, channels, from, width * channels, to, stride, rows.lowerBound, rows.upperBound)
        }
      }
    }
    return Raster(width: axis.size, height: height, channels: channels, pixels: result)
  }

  private func withColumns(_ axis: ResampledAxis) -> Raster {
    let run = width * channels
    let result = [UInt8](unsafeUninitializedCapacity: run * axis.size) { target, count in
      pixels.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        axis.withAxis { ak_resample_columns($0, run, from, run, to, run, 0, axis.size) }
      }
      count = run * axis.size
    }
    return Raster(width: width, height: axis.size, channels: channels, pixels: result)
  }

  private func picked(width newWidth: Int, height newHeight: Int) -> Raster {
    let columns = Raster.places(of: newWidth, in: width)
    var result: [UInt8] = []
    result.reserveCapacity(newWidth * newHeight * channels)
    for y in Raster.places(of: newHeight, in: height) {
      for x in columns {
        let start = (y * width + x) * channels
        for channel in 0..<channels { result.append(pixels[start + channel]) }
      }
    }
    return Raster(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }

  /// The old pixels under the middles of new ones, added up step by step as PIL does it: where a
  /// middle falls between two pixels, rounding decides.
  private static func places(of new: Int, in old: Int) -> [Int] {
    let step = Double(old) / Double(new)
    var place = step * 0.5
    return (0..<new).map { _ in
      defer { place += step }
      return min(old - 1, Int(place))
    }
  }
}
