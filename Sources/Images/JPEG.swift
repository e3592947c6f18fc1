import CTurboJPEG
import Catalog

/// Reads JPEG files by libjpeg-turbo: baseline and progressive, grey, colour, and the four inks of
/// print.
enum JPEG {
  static func decoded(_ file: PictureFile, _ header: JPEGHeader) throws(Failure) -> Raster {
    guard let handle = tjInitDecompress() else {
      throw file.failure("there is no memory for a JPEG reader")
    }
    defer { tjDestroy(handle) }
    var (width, height, sampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let count = UInt(file.bytes.count)
    guard tjDecompressHeader3(handle, file.bytes, count, &width, &height, &sampling, &space) == 0,
      Int(width) == header.width, Int(height) == header.height
    else { throw file.failure(reason(handle)) }
    let format: TJPF
    let channels: Int
    switch header.components {
    case 1: (format, channels) = (TJPF_GRAY, 1)
    case 3: (format, channels) = (TJPF_RGB, 3)
    case 4: (format, channels) = (TJPF_CMYK, 4)
    default:
      throw file.failure("a JPEG picture of \(header.components) components is not known")
    }
    let size = header.width * header.height * channels
    var told: String?
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { target, filled in
      let base = target.baseAddress
      let decode = { (flags: Int32) in
        tjDecompress2(
          handle, file.bytes, count, base, width, 0, height, format.rawValue.asInt32,
          flags | TJFLAG_LIMITSCANS)
      }
      // What the file lacks would come out grey; what stands too much between its parts does no
      // harm.
      if decode(TJFLAG_STOPONWARNING) != 0 {
        let first = reason(handle)
        let isHarmless = first.contains("extraneous bytes")
        if !isHarmless || (decode(0) != 0 && isFatal(handle)) {
          told = isHarmless ? reason(handle) : first
          return
        }
      }
      filled = size
    }
    if let told { throw file.failure(told) }
    return Raster(
      width: header.width, height: header.height, channels: channels == 1 ? 1 : 3,
      pixels: channels == 4 ? colors(fromInks: pixels) : pixels)
  }

  private static func isFatal(_ handle: tjhandle) -> Bool {
    tjGetErrorCode(handle) == TJERR_FATAL.rawValue.asInt32
      || reason(handle).contains("remature end")
  }

  private static func reason(_ handle: tjhandle) -> String {
    guard let text = tjGetErrorStr2(handle) else { return "is damaged" }
    let words = String(cString: text).split(separator: ": ").last.map { String($0) } ?? ""
    return "is damaged: " + words.prefix(1).lowercased() + words.dropFirst()
  }

  /// Four inks, each 255 where there is none as Adobe writes them, to light: what an ink leaves of
  /// a colour times what black leaves of it.
  private static func colors(fromInks inks: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: inks.count / 4 * 3) { target, count in
      for pixel in 0..<inks.count / 4 {
        let black = Int(inks[4 * pixel + 3])
        for ink in 0..<3 {
          target[3 * pixel + ink] = UInt8((Int(inks[4 * pixel + ink]) * black + 127) / 255)
        }
      }
      count = inks.count / 4 * 3
    }
  }
}

extension BinaryInteger {
  /// C gives enumerations one signedness or the other, by platform.
  fileprivate var asInt32: Int32 { Int32(truncatingIfNeeded: self) }
}
