extension Preprocessing {
  /// The picture as the network is to see it, before normalisation: resized and cut.
  public func prepared(_ raster: Raster, channels: Int) -> Raster {
    raster.converted(to: channels).resized(shorterSide: resizedSide, interpolation)
      .centerCropped(to: size)
  }

  /// Writes size·size·C numbers: the picture resized, cut and normalised.
  ///
  /// - Precondition: There are as many means as channels, 1 or 3.
  public func write(_ raster: Raster, into target: UnsafeMutablePointer<Float>) {
    normalisation.write(
      prepared(raster, channels: normalisation.mean.count).pixels, into: target)
  }
}

extension Normalisation {
  /// Writes bytes of 0 … 255, channels last, as (byte/255 − mean)/std.
  public func write(_ bytes: [UInt8], into target: UnsafeMutablePointer<Float>) {
    let channels = mean.count
    // What each byte becomes is worked out once.
    let levels = zip(mean, std).flatMap { mean, std in
      (0..<256).map { (byte: Int) -> Float in (Float(byte) / 255 - mean) / std }
    }
    levels.withUnsafeBufferPointer { levels in
      bytes.withUnsafeBufferPointer { source in
        var index = 0
        while index + channels <= source.count {
          for channel in 0..<channels {
            target[index + channel] = levels[channel << 8 | Int(source[index + channel])]
          }
          index += channels
        }
      }
    }
  }
}
