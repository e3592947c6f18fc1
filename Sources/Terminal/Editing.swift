import Glibc

/// An input in the person's own editor.
enum Editing {
  /// Lets the person change a text with `$VISUAL`, `$EDITOR` or vi.
  /// - Returns: The text as it was left, without line ends at its end; nil where the editor failed.
  static func edit(_ text: String, environment: Environment, signals: Signals) -> String? {
    let names = ["VISUAL", "EDITOR"].compactMap { environment[$0] }.filter { !$0.isEmpty }
    let folder = environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var path = Array("\(folder)/athanor-XXXXXX.ath".utf8CString)
    let file = mkstemps(&path, 4)
    guard file >= 0 else { return nil }
    defer {
      close(file)
      unlink(path)
    }
    Outlet(descriptor: file).write(text + "\n")
    let name = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let quoted =
      "'"
      + name.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
    let status = OtherProgram.run("\(names.first ?? "vi") \(quoted)", signals: signals)
    guard status == 0 else { return nil }
    // By its name: an editor may have put another file in its place.
    guard let bytes = contents(name) else { return nil }
    var result = String(decoding: bytes, as: UTF8.self)
    while result.last?.isNewline == true { result.removeLast() }
    return result
  }

  private static func contents(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 1 << 20 {
      let count = read(file, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes += chunk[..<count].filter { $0 != 0 }
    }
    return bytes
  }
}
