#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One line on standard error, which a Jupyter server keeps in its own log.
func log(_ message: String) {
  let line = Array("athanor kernel: \(message)\n".utf8)
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
