/// How a picture must be turned to stand upright: the numbers of EXIF's tag 0x0112 (CIPA DC-008,
/// Exif 2.32, 2019).
enum Orientation: Int, Sendable {
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, turnRight, transverse, turnLeft

  /// Whether height and width change places.
  var swapsSides: Bool { rawValue >= 5 }

  /// Looks for the tag in the first directory of a TIFF structure; upright where it is not found.
  init(exif bytes: ArraySlice<UInt8>) {
    self = .upright
    let base = bytes.startIndex
    guard bytes.count >= 8 else { return }
    let isLittle = bytes[base] == 0x49
    func number(_ offset: Int, _ count: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - count else { return nil }
      let part = bytes[base + offset..<base + offset + count]
      return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(2, 2) == 42, let start = number(4, 4), let entries = number(start, 2) else {
      return
    }
    for entry in 0..<entries {
      let place = start + 2 + 12 * entry
      guard let tag = number(place, 2) else { return }
      if tag == 0x0112, number(place + 2, 2) == 3, let value = number(place + 8, 2) {
        self = Orientation(rawValue: value) ?? .upright
        return
      }
    }
  }
}

extension Raster {
  /// The picture turned as the orientation asks.
  func turned(_ orientation: Orientation) -> Raster {
    if orientation == .upright { return self }
    let (newWidth, newHeight) = orientation.swapsSides ? (height, width) : (width, height)
    // Where the first pixel of the result is in this picture, and how far a step to the right and
    // a step down lead.
    let (right, down) = (channels, width * channels)
    let (lastX, lastY) = ((width - 1) * channels, (height - 1) * width * channels)
    let (start, acrossStep, downStep) =
      switch orientation {
      case .upright: (0, right, down)
      case .mirrored: (lastX, -right, down)
      case .upsideDown: (lastX + lastY, -right, -down)
      case .flipped: (lastY, right, -down)
      case .transposed: (0, down, right)
      case .turnRight: (lastY, -down, right)
      case .transverse: (lastX + lastY, -down, -right)
      case .turnLeft: (lastX, down, -right)
      }
    let result = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      pixels.withUnsafeBufferPointer { source in
        var to = 0
        for y in 0..<newHeight {
          var from = start + y * downStep
          for _ in 0..<newWidth {
            for channel in 0..<channels { target[to + channel] = source[from + channel] }
            to += channels
            from += acrossStep
          }
        }
      }
      count = pixels.count
    }
    return Raster(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }
}
