import Catalog
import Glibc

/// A file that holds inputs: a script, a transcript or a notebook.
public enum Document: Sendable {
  case script(String)
  case transcript(Transcript)
  case notebook(Notebook)

  /// More than this is no document that a person wrote.
  private static let largest = 256 << 20

  /// Reads a file; its ending says what it is: `.md` a transcript, `.ipynb` a notebook, anything
  /// else a script.
  /// - Throws: A `Failure` of kind `file` (missing, unreadable, too large, not UTF-8) or `data`.
  public static func read(_ path: String) throws -> Document {
    let bytes = try contents(path)
    if path.hasSuffix(".ipynb") { return .notebook(try Notebook.parse(bytes, name: path)) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.file, "'\(path)' is not UTF-8 text")
    }
    if path.hasSuffix(".md") { return .transcript(try Transcript.parse(text, name: path)) }
    return .script(text)
  }

  /// The inputs in order; a script is one.
  public var inputs: [String] {
    switch self {
    case .script(let code): [code]
    case .transcript(let transcript): transcript.inputs
    case .notebook(let notebook): notebook.inputs
    }
  }

  private static func contents(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { throw Failure(.file, "there is no file '\(path)'") }
      throw Failure(.file, "'\(path)' cannot be read: \(reason(errno))")
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(.file, "'\(path)' cannot be read: \(reason(errno))")
      }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= largest else {
        throw Failure(.file, "'\(path)' is larger than \(largest >> 20) MiB")
      }
    }
  }

  /// Writes a document in place of what was there: to a temporary file beside it, synced, renamed.
  public static func write(_ text: String, to path: String) throws {
    let temporary = "\(path).\(getpid()).new"
    var status = stat()
    let mode = stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o644
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else {
      throw Failure(.file, "'\(path)' cannot be written: \(reason(errno))")
    }
    let isWritten = writeAll(Array(text.utf8), file) && fsync(file) == 0
    let error = errno
    close(file)
    guard isWritten, rename(temporary, path) == 0 else {
      let cause = isWritten ? errno : error
      unlink(temporary)
      throw Failure(.file, "'\(path)' cannot be written: \(reason(cause))")
    }
  }

  private static func writeAll(_ bytes: [UInt8], _ file: Int32) -> Bool {
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { return false }
      start += max(0, count)
    }
    return true
  }

  private static func reason(_ error: Int32) -> String {
    String(cString: strerror(error)).lowercased()
  }
}
