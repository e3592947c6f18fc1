import Catalog
import Checkpoints
import Images

/// Pictures and masks in memory, as `arrays` reads them.
struct ArrayScenes: SceneSource {
  private let images: ByteImages
  private let masks: [UInt8]
  /// The greatest class.
  let greatest: Int

  /// - Parameters:
  ///   - source: Pictures of bytes.
  ///   - masks: N H W of the same size.
  ///   - what: What errors call the masks.
  init(_ source: any ImageSource, masks array: StoredArray, _ what: String) throws {
    guard let images = source as? ByteImages, [1, 3].contains(images.channels) else {
      throw Failure(.data, "\(what): pictures with masks must be bytes of one or three channels")
    }
    let area = images.height * images.width
    masks = try array.integers().enumerated().map { place, label in
      guard let byte = UInt8(exactly: label) else {
        throw Failure(
          .data,
          "\(what): sample \(place / area) has the label \(label), masks have 0 … 254 and 255")
      }
      return byte
    }
    self.images = images
    greatest = masks.reduce(0) { $1 == Mask.ignored ? $0 : max($0, Int($1)) }
  }

  var count: Int { images.count }
  var height: Int { images.height }
  var width: Int { images.width }
  var channels: Int { images.channels }
  var normalisation: Normalisation? { images.normalisation }
  var isCostly: Bool { false }

  func scene(_ index: Int) -> Scene {
    let area = height * width
    let size = area * channels
    return Scene(
      Raster(
        width: width, height: height, channels: channels,
        pixels: Array(images.bytes[index * size..<(index + 1) * size])),
      mask: Mask(
        height: height, width: width, values: Array(masks[index * area..<(index + 1) * area])))
  }
}
