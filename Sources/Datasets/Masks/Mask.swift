import Images

/// The class of every pixel of a picture.
public struct Mask: Sendable, Equatable {
  public private(set) var height: Int
  public private(set) var width: Int
  /// Rows from the top, H·W classes; `ignored` where there is none.
  public var values: [UInt8]

  /// Stands for pixels that belong to no class: no loss and no figure looks at them.
  public static let ignored: UInt8 = 255
  /// Classes that a mask can tell apart.
  public static let mostClasses = 255

  /// - Precondition: There are H·W values.
  public init(height: Int, width: Int, values: [UInt8]) {
    precondition(height > 0 && width > 0 && values.count == height * width)
    self.height = height
    self.width = width
    self.values = values
  }

  /// All pixels of one class.
  public init(height: Int, width: Int, of label: UInt8) {
    self.init(
      height: height, width: width, values: Array(repeating: label, count: height * width))
  }

  /// - Precondition: The raster has one channel.
  init(_ raster: Raster) {
    precondition(raster.channels == 1)
    self.init(height: raster.height, width: raster.width, values: raster.pixels)
  }

  /// The classes as the greys of a picture, to be cut and resized like one.
  var raster: Raster { Raster(width: width, height: height, channels: 1, pixels: values) }

  /// Mirrored left to right.
  mutating func mirror() {
    for y in 0..<height { values[y * width..<(y + 1) * width].reverse() }
  }

  /// How many pixels each class has.
  public func counts(classes: Int) -> [Int] {
    var counts = Array(repeating: 0, count: classes)
    for value in values where Int(value) < classes { counts[Int(value)] += 1 }
    return counts
  }
}
