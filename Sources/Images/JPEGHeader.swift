import Catalog

/// What a JPEG file says of itself before its pixels: found by walking its markers (ITU-T T.81,
/// 1992, annex B), so that nothing is reserved for a file that lies.
struct JPEGHeader {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var components = 0
  private(set) var orientation = Orientation.upright
  /// Blocks of 8×8 that all components have together, relative to those of the largest.
  private var samplingArea = 0
  private var largestSampling = 1
  /// Whether coefficients of the whole picture must be kept until the last scan.
  private var isBuffered = false

  init(_ file: PictureFile) throws(Failure) {
    let bytes = file.bytes
    var position = 2
    while let marker = JPEGHeader.marker(bytes, &position) {
      // The end of the picture, or the start of one without a length.
      if marker == 0xD9 { break }
      if marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
      guard position + 2 <= bytes.count else { break }
      let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
      guard length >= 2, position + length <= bytes.count else { break }
      let segment = bytes[position + 2..<position + length]
      position += length
      switch marker {
      case 0xC4, 0xC8, 0xCC: break
      case 0xC0...0xCF: try readFrame(segment, isProgressive: marker & 3 == 2, file)
      case 0xE1: readExif(segment)
      case 0xDA:
        if let count = segment.first, Int(count) < components { isBuffered = true }
        try check(file)
        return
      default: break
      }
    }
    throw file.failure("the JPEG file ends before its pixels")
  }

  /// The next marker's second byte; bytes between segments are passed over, as readers do.
  private static func marker(_ bytes: [UInt8], _ position: inout Int) -> UInt8? {
    while position + 1 < bytes.count {
      if bytes[position] == 0xFF, bytes[position + 1] != 0, bytes[position + 1] != 0xFF {
        position += 2
        return bytes[position - 1]
      }
      position += 1
    }
    return nil
  }

  private mutating func readFrame(
    _ segment: ArraySlice<UInt8>, isProgressive: Bool, _ file: PictureFile
  ) throws(Failure) {
    let bytes = Array(segment)
    guard components == 0 else { throw file.failure("the JPEG file has two headers") }
    guard bytes.count >= 6, bytes.count >= 6 + 3 * Int(bytes[5]), bytes[5] > 0 else {
      throw file.failure("the JPEG header is cut off")
    }
    height = Int(bytes[1]) << 8 | Int(bytes[2])
    width = Int(bytes[3]) << 8 | Int(bytes[4])
    components = Int(bytes[5])
    isBuffered = isProgressive
    for component in 0..<components {
      let sampling = bytes[6 + 3 * component + 1]
      let area = Int(sampling >> 4) * Int(sampling & 15)
      samplingArea += area
      largestSampling = max(largestSampling, area)
    }
  }

  private mutating func readExif(_ segment: ArraySlice<UInt8>) {
    guard segment.starts(with: Array("Exif\0\0".utf8)), orientation == .upright else { return }
    orientation = Orientation(exif: segment.dropFirst(6))
  }

  /// Refuses sizes that no file of this length can hold, and those that would take too much memory.
  private func check(_ file: PictureFile) throws(Failure) {
    guard width > 0, height > 0 else {
      throw file.failure("the JPEG header promises \(width)×\(height) pixels")
    }
    let pixels = width * height
    // A block of 64 pixels takes one bit at the very least.
    guard pixels / 64 <= file.size * 8 else {
      throw file.failure(
        "the header promises \(width)×\(height) pixels, \(file.size) bytes cannot hold them")
    }
    var memory = pixels * (components == 1 ? 1 : components == 4 ? 7 : 3)
    if isBuffered { memory += 2 * pixels * samplingArea / largestSampling }
    guard pixels <= Raster.mostPixels, memory <= 3 * Raster.mostPixels else {
      throw file.failure(
        "\(width)×\(height) pixels are too many", advice: "make the picture smaller first")
    }
  }
}
