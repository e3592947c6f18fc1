import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes and signs the frames of messages.
///
/// Every message has an identifier of its own, so no two have the same signature: clients refuse
/// a signature that they have seen.
final class Composer: Sendable {
  /// Made anew at each start: clients may know a restarted kernel by it.
  let session: String
  private let signer: Signer
  private let count = Atomic<Int>(0)
  private let prefix: [UInt8]
  private let user: [UInt8]

  static let protocolVersion = "5.5"

  init(signer: Signer, session: String = randomText()) {
    self.session = session
    self.signer = signer
    let name = getenv("USER").map { String(cString: $0) } ?? "athanor"
    prefix = Array("{\"msg_id\":\"\(session)_\(getpid())_".utf8)
    user = Array("\",\"session\":\"\(session)\",\"username\":".utf8) + JSON.string(name).bytes
  }

  /// The signature and the four signed frames.
  ///
  /// - Parameter parent: The header of the message answered, byte for byte; empty for none.
  func frames(
    _ type: String, _ content: [UInt8], parent: [UInt8] = [], metadata: [UInt8] = []
  ) -> [[UInt8]] {
    let empty = Array("{}".utf8)
    var frames: [[UInt8]] = [
      [], header(type), parent.isEmpty ? empty : parent, metadata.isEmpty ? empty : metadata,
      content,
    ]
    frames[0] = signer.signature(of: frames[1...])
    return frames
  }

  private func header(_ type: String) -> [UInt8] {
    let number = count.add(1, ordering: .relaxed).newValue
    var bytes = prefix
    bytes.append(contentsOf: String(number).utf8)
    bytes.append(contentsOf: user)
    bytes.append(contentsOf: ",\"date\":\"".utf8)
    bytes.append(contentsOf: timestamp().utf8)
    bytes.append(contentsOf: "\",\"msg_type\":\"".utf8)
    bytes.append(contentsOf: type.utf8)
    bytes.append(contentsOf: "\",\"version\":\"\(Composer.protocolVersion)\"}".utf8)
    return bytes
  }
}

/// 32 hexadecimal digits of the system's random numbers.
func randomText() -> String {
  var generator = SystemRandomNumberGenerator()
  return hexText((0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
}

/// The time now as ISO 8601 writes it, in UTC with microseconds: `2026-01-02T03:04:05.678901Z`.
func timestamp() -> String {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  var seconds = time.tv_sec
  var parts = tm()
  gmtime_r(&seconds, &parts)
  func padded(_ number: some BinaryInteger, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
  let date = [
    padded(parts.tm_year + 1900, 4), padded(parts.tm_mon + 1, 2), padded(parts.tm_mday, 2),
  ]
  let clock = [padded(parts.tm_hour, 2), padded(parts.tm_min, 2), padded(parts.tm_sec, 2)]
  return date.joined(separator: "-") + "T" + clock.joined(separator: ":") + "."
    + padded(time.tv_nsec / 1000, 6) + "Z"
}
