public import Images

/// A picture with the class of every pixel.
public struct Scene: Sendable, Equatable {
  /// One or three channels.
  public var raster: Raster
  public var mask: Mask

  /// - Precondition: Both are of one size.
  public init(_ raster: Raster, mask: Mask) {
    precondition(raster.width == mask.width && raster.height == mask.height)
    self.raster = raster
    self.mask = mask
  }

  public var height: Int { mask.height }
  public var width: Int { mask.width }

  /// The part inside a rectangle of pixels; what lies outside of the picture is of the colour `fill`
  /// and of no class.
  func part(left: Int, top: Int, width: Int, height: Int, fill: [UInt8]) -> Scene {
    let isInside =
      left >= 0 && top >= 0 && left + width <= self.width && top + height <= self.height
    if isInside {
      return Scene(
        raster.cropped(left: left, top: top, width: width, height: height),
        mask: Mask(mask.raster.cropped(left: left, top: top, width: width, height: height)))
    }
    let channels = raster.channels
    var pixels = [UInt8](repeating: 0, count: width * height * channels)
    for index in pixels.indices { pixels[index] = fill[index % channels] }
    var classes = [UInt8](repeating: Mask.ignored, count: width * height)
    let columns = max(0, left)..<max(max(0, left), min(self.width, left + width))
    for y in max(0, top)..<max(max(0, top), min(self.height, top + height)) where !columns.isEmpty {
      let (from, to) = (y * self.width, (y - top) * width - left)
      classes.replaceSubrange(
        to + columns.lowerBound..<to + columns.upperBound,
        with: mask.values[from + columns.lowerBound..<from + columns.upperBound])
      pixels.replaceSubrange(
        (to + columns.lowerBound) * channels..<(to + columns.upperBound) * channels,
        with: raster.pixels[
          (from + columns.lowerBound) * channels..<(from + columns.upperBound) * channels])
    }
    return Scene(
      Raster(width: width, height: height, channels: channels, pixels: pixels),
      mask: Mask(height: height, width: width, values: classes))
  }

  /// In another size: the picture with a filter, the mask by its nearest pixels, so that no class
  /// comes to be between two others.
  func resized(width: Int, height: Int, _ interpolation: Interpolation) -> Scene {
    Scene(
      raster.resized(width: width, height: height, interpolation),
      mask: Mask(mask.raster.resized(width: width, height: height, .nearest)))
  }

  /// The middle of the scene; padded where it is smaller.
  func middle(width: Int, height: Int) -> Scene {
    part(
      left: (self.width - width) / 2, top: (self.height - height) / 2, width: width,
      height: height, fill: Array(repeating: 0, count: raster.channels))
  }
}

/// Pictures with masks, by index. To add one (a layout of folders, a composition): one type, one
/// file.
public protocol SceneSource: ImageSource {
  /// Scene `index` before it is cut: `load` and the batches take `height` × `width` pixels from its
  /// middle, a random crop from wherever it likes. May be called by several threads.
  func scene(_ index: Int) throws -> Scene
}

extension SceneSource {
  public var isCostly: Bool { true }
  public var normalisation: Normalisation? { Normalisation.imagenet.fitted(to: channels) }

  public func load(_ index: Int, into image: inout Image) throws {
    image = Image(try scene(index).middle(width: width, height: height).raster)
  }
}

extension Image {
  /// Bytes as numbers between 0 and 1.
  init(_ raster: Raster) {
    self.init(height: raster.height, width: raster.width, channels: raster.channels)
    raster.pixels.withUnsafeBufferPointer { source in
      values.withUnsafeMutableBufferPointer { target in
        for index in 0..<source.count { target[index] = Float(source[index]) / 255 }
      }
    }
  }
}
