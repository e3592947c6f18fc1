public import Catalog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of a picture file, and which kind of picture they are. A file is hostile until it has
/// been read: what it promises is held against its size first.
public struct PictureFile: Sendable {
  /// What errors call it.
  public let name: String
  public let bytes: [UInt8]
  /// Bytes of the whole file, of which `bytes` may be the beginning.
  let size: Int

  /// No picture takes more bytes than this.
  public static let mostBytes = 1 << 28

  public init(_ bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
    size = bytes.count
  }

  /// Reads a regular file.
  public init(path: String) throws(Failure) { try self.init(path: path, atMost: .max) }

  /// - Parameter count: How many bytes are read, from the first on.
  private init(path: String, atMost count: Int) throws(Failure) {
    // Without O_NONBLOCK the opening of a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      throw Failure(
        .file,
        code == ENOENT
          ? "there is no file \(pathText(path))"
          : "\(pathText(path)) cannot be read: \(String(cString: strerror(code)).lowercased())")
    }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.file, "\(pathText(path)) is not a regular file")
    }
    size = Int(facts.st_size)
    guard size <= PictureFile.mostBytes else {
      throw Failure(.file, "\(pathText(path)) has \(size) bytes, too many for a picture")
    }
    let wanted = min(size, count)
    var filled = 0
    var reason: Int32 = 0
    bytes = [UInt8](unsafeUninitializedCapacity: wanted) { target, count in
      while filled < wanted, let base = target.baseAddress {
        let got = read(descriptor, base + filled, wanted - filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { reason = errno }
        if got <= 0 { break }
        filled += got
      }
      count = filled
    }
    guard reason == 0 else {
      throw Failure(
        .file,
        "\(pathText(path)) cannot be read: \(String(cString: strerror(reason)).lowercased())")
    }
    name = path
  }

  /// An error about this file.
  func failure(_ reason: String, advice: String? = nil) -> Failure {
    Failure(.file, "\(pathText(name)): \(reason)", advice: advice)
  }

  /// The kind of a file by its first bytes.
  private static let kinds: [(name: String, start: [UInt8], at: Int)] = [
    ("JPEG", [0xFF, 0xD8, 0xFF], 0), ("PNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], 0),
    ("GIF", Array("GIF8".utf8), 0), ("WebP", Array("WEBP".utf8), 8),
    ("TIFF", [0x49, 0x49, 0x2A, 0], 0), ("TIFF", [0x4D, 0x4D, 0, 0x2A], 0),
    ("HEIF", Array("ftyphei".utf8), 4), ("HEIF", Array("ftypmif".utf8), 4),
    ("AVIF", Array("ftypavif".utf8), 4), ("BMP", Array("BM".utf8), 0),
    ("PDF", Array("%PDF".utf8), 0),
  ]

  /// "JPEG", "PNG", the name of another format, or nil.
  public var kind: String? {
    PictureFile.kinds.first { bytes.dropFirst($0.at).starts(with: $0.start) }?.name
  }

  /// Looks at what stands before the pixels, without making any; reads no more of the file than
  /// that.
  ///
  /// - Throws: `Failure` where no picture can be made of the file.
  public static func check(path: String) throws(Failure) {
    let head = try PictureFile(path: path, atMost: 1 << 16)
    if head.bytes.count == head.size { return try head.checkHeader() }
    // A profile or a small preview may stand first and fill the beginning.
    if (try? head.checkHeader()) == nil { try PictureFile(path: path).checkHeader() }
  }

  private func checkHeader() throws(Failure) {
    switch kind {
    case "JPEG": _ = try JPEGHeader(self)
    case "PNG": try PNG.check(self)
    default: _ = try raster()
    }
  }

  /// The picture.
  ///
  /// - Parameters:
  ///   - isUpright: Turns it as its camera says it was held (EXIF orientation). PIL and torchvision
  ///     leave that to their callers, and their data sets do not.
  ///   - keepsOpacity: Two or four channels where the file has opacity, instead of one or three.
  /// - Throws: `Failure`, with the file's name and what is wrong with it.
  public func raster(isUpright: Bool = true, keepsOpacity: Bool = false) throws(Failure) -> Raster {
    let raster: Raster
    let turn: Orientation
    switch kind {
    case "JPEG":
      let header = try JPEGHeader(self)
      raster = try JPEG.decoded(self, header)
      turn = header.orientation
    case "PNG":
      raster = try PNG.decoded(self, keepsOpacity: keepsOpacity)
      turn = isUpright ? PNG.orientation(of: self) : .upright
    case let other?:
      throw failure("is a \(other) picture", advice: "JPEG and PNG are read")
    case nil:
      throw failure(
        bytes.isEmpty ? "is empty" : "is not a picture", advice: "JPEG and PNG are read")
    }
    return isUpright ? raster.turned(turn) : raster
  }
}

extension Raster {
  /// Reads a JPEG or PNG file, upright and without opacity.
  public init(path: String) throws(Failure) { self = try PictureFile(path: path).raster() }
}

/// A path for an error text: quoted, on one line, at most 80 characters.
func pathText(_ path: String) -> String {
  let scalars = path.unicodeScalars.map { scalar in
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "?" : String(scalar)
  }
  // The end of a long path says more than its beginning.
  return "'" + (scalars.count > 80 ? "…" : "") + scalars.suffix(80).joined() + "'"
}
