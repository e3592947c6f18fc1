public import Images
public import Tensors

/// Pictures of one size, by index. To add a source (a folder, an archive): one type, one file.
public protocol ImageSource: Sendable {
  var count: Int { get }
  var height: Int { get }
  var width: Int { get }
  var channels: Int { get }
  /// Mean and standard deviation of each channel over all pictures, measured; nil where pixels are
  /// taken as they are.
  var normalisation: Normalisation? { get }
  /// Whether a picture takes long to make, so that batches had better be made ahead.
  var isCostly: Bool { get }
  /// Picture `index` in its own size, before it was resized and cut; nil where there is no other
  /// than what `load` gives. May be called by several threads.
  func photograph(_ index: Int) throws -> Raster?
  /// Takes what the pictures are into a hash: equal where every picture is.
  func addContent(to hash: inout ContentHash) throws
  /// Fills `image` with picture `index`, before normalisation. May be called by several threads.
  func load(_ index: Int, into image: inout Image) throws
  /// Writes picture `index` normalised, H·W·C numbers.
  func load(
    _ index: Int, normalised: Normalisation, into target: UnsafeMutablePointer<Float>
  ) throws
}

extension ImageSource {
  public func photograph(_ index: Int) throws -> Raster? { nil }

  public var isCostly: Bool { false }

  public func load(
    _ index: Int, normalised: Normalisation, into target: UnsafeMutablePointer<Float>
  ) throws {
    var image = Image(height: height, width: width, channels: channels)
    try load(index, into: &image)
    normalised.apply(to: image, into: target)
  }

  /// Picture `index`.
  func image(_ index: Int) throws -> Image {
    var image = Image(height: height, width: width, channels: channels)
    try load(index, into: &image)
    return image
  }
}

/// One picture: H W C, channels last; bytes are scaled to 0 … 1, floats stand as they came.
public struct Image: Sendable, Equatable {
  public var height: Int
  public var width: Int
  public var channels: Int
  public var values: [Float]

  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
    values = Array(repeating: 0, count: height * width * channels)
  }
}

extension Normalisation {
  /// Writes the picture's H·W·C numbers, normalised: x ↦ (x − mean) / std, by channel.
  func apply(to image: Image, into target: UnsafeMutablePointer<Float>) {
    let channels = image.channels
    image.values.withUnsafeBufferPointer { source in
      for channel in 0..<channels {
        let (mean, std) = (self.mean[channel], self.std[channel])
        for index in stride(from: channel, to: source.count, by: channels) {
          target[index] = (source[index] - mean) / std
        }
      }
    }
  }
}
