import Catalog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files of a few kilobytes, read and written whole.
enum SmallFile {
  static let mostBytes = 1 << 20

  /// - Throws: `FileError` if it cannot be read or is larger than a mebibyte.
  static func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw fault("cannot read", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = systemRead(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw fault("cannot read", path) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= mostBytes else {
        throw Failure(.file, "'\(path)' is larger than \(mostBytes) bytes")
      }
    }
  }

  /// Writes beside the file, then renames: it is there whole or not at all.
  ///
  /// - Parameter mode: Who may read it, from its first moment on: 0o600, 0o644.
  static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws {
    let temporary = "\(path).\(getpid()).new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw fault("cannot write", path) }
    var start = 0
    var isWhole = true
    while start < bytes.count, isWhole {
      let count = bytes.withUnsafeBytes { buffer in
        systemWrite(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start)
      }
      if count < 0, errno == EINTR { continue }
      isWhole = count > 0
      start += max(count, 0)
    }
    isWhole = isWhole && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
    let code = errno
    isWhole = close(descriptor) == 0 && isWhole
    guard isWhole, rename(temporary, path) == 0 else {
      unlink(temporary)
      errno = isWhole ? errno : code
      throw fault("cannot write", path)
    }
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String, mode: mode_t = 0o755) throws {
    if path.isEmpty || path == "/" || isFolder(path) { return }
    try makeFolder(parent(of: path))
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw fault("cannot make", path) }
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Names in a folder, sorted; none if it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func fault(_ what: String, _ path: String) -> Failure {
    Failure(.file, "\(what) '\(path)': \(errorText(errno).lowercased())")
  }
}

// The members above hide the system's calls of the same names.
private func systemRead(_ file: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(file, bytes, count)
}

private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, bytes, count)
}
