public import Images

/// Pictures in memory as numbers that came as they are, N H W C.
public struct FloatImages: ImageSource {
  public let count: Int
  public let height: Int
  public let width: Int
  public let channels: Int
  public let values: [Float]
  public var normalisation: Normalisation? { nil }

  /// - Precondition: There are exactly N·H·W·C numbers.
  public init(_ values: [Float], height: Int, width: Int, channels: Int) {
    let size = height * width * channels
    precondition(size > 0 && values.count % size == 0)
    count = values.count / size
    self.height = height
    self.width = width
    self.channels = channels
    self.values = values
  }

  public func load(_ index: Int, into image: inout Image) {
    let size = height * width * channels
    image.values = Array(values[index * size..<(index + 1) * size])
  }
}
