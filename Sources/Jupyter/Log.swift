import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the kernel's log goes, and how much of it there is.
public enum KernelLog {
  /// How much is written.
  public enum Level: String, CaseIterable, Sendable {
    /// Nothing.
    case quiet
    /// What is dropped or not answered.
    case info
    /// Every message that comes, too: its kind and channel, never its content.
    case debug
  }

  private static let descriptor: Atomic<Int32> = Atomic(2)
  private static let level: Atomic<Int> = Atomic(1)

  /// Sets the level, and a file that the log is appended to in place of standard error.
  ///
  /// The file is made readable by its owner alone. Throws if it cannot be written.
  public static func use(file: String?, level: Level) throws {
    if let file {
      let opened = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
      guard opened >= 0 else { throw SmallFile.fault("cannot write", file) }
      descriptor.store(opened, ordering: .releasing)
    }
    KernelLog.level.store(Level.allCases.firstIndex(of: level) ?? 1, ordering: .releasing)
  }

  static func has(_ wanted: Level) -> Bool {
    level.load(ordering: .relaxed) >= (Level.allCases.firstIndex(of: wanted) ?? 1)
  }

  fileprivate static var file: Int32 { descriptor.load(ordering: .acquiring) }
}

/// One line on standard error, which a Jupyter server keeps in its own log, or in the log's file.
///
/// What clients send may be in it: control characters, which could forge lines or command a
/// terminal, are shown as `?`, and a long text is cut.
func log(_ message: @autoclosure () -> String, at level: KernelLog.Level = .info) {
  guard KernelLog.has(level) else { return }
  var shown = String.UnicodeScalarView()
  for scalar in message().unicodeScalars.prefix(400) {
    let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    shown.append(isControl ? "?" : scalar)
  }
  let line = Array("athanor kernel: \(String(shown))\n".utf8)
  var start = 0
  while start < line.count {
    let count = line.withUnsafeBytes {
      write(KernelLog.file, $0.baseAddress.map { $0 + start }, $0.count - start)
    }
    if count < 0, errno == EINTR { continue }
    if count <= 0 { return }
    start += count
  }
}
