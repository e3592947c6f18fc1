#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One line on standard error, which a Jupyter server keeps in its own log.
///
/// What clients send may be in it: control characters, which could forge lines or command a
/// terminal, are shown as `?`, and a long text is cut.
func log(_ message: String) {
  var shown = String.UnicodeScalarView()
  for scalar in message.unicodeScalars.prefix(400) {
    let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    shown.append(isControl ? "?" : scalar)
  }
  let line = Array("athanor kernel: \(String(shown))\n".utf8)
  var start = 0
  while start < line.count {
    let count = line.withUnsafeBytes {
      write(2, $0.baseAddress.map { $0 + start }, $0.count - start)
    }
    if count < 0, errno == EINTR { continue }
    if count <= 0 { return }
    start += count
  }
}
