import Catalog
import Glibc

/// Standard input as a script.
enum StandardInput {
  /// More than this is no script that a person wrote.
  private static let largest = 64 << 20

  /// Reads all of it.
  /// - Throws: A `Failure` of kind `file` where it is too large or not UTF-8.
  static func read() throws -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(0, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += chunk[..<count]
      guard bytes.count <= largest else {
        throw Failure(.file, "standard input is larger than \(largest >> 20) MiB")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.file, "standard input is not UTF-8 text")
    }
    return text
  }
}
