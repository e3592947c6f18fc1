import Glibc

/// Shows long text through the person's pager.
enum Pager {
  /// Shows the text with `$PAGER`, or `less -FRX`. Returns false where there is no such program, so
  /// that the text can be printed instead.
  static func show(_ text: String, environment: Environment, signals: Signals) -> Bool {
    let command = environment["PAGER"].flatMap { $0.isEmpty ? nil : $0 } ?? "less -FRX"
    guard let file = unnamedFile(text) else { return false }
    defer { close(file) }
    guard let status = OtherProgram.run(command, input: file, signals: signals) else {
      return false
    }
    // 126 and 127 are the shell's words for "cannot be run" and "not found".
    return status != 126 && status != 127
  }

  /// The text in a file without a name: a pager that is left early cuts no pipe.
  private static func unnamedFile(_ text: String) -> Int32? {
    var path = Array("/tmp/athanor-page-XXXXXX".utf8CString)
    let file = mkstemp(&path)
    guard file >= 0 else { return nil }
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    unlink(path)
    Outlet(descriptor: file).write(text.hasSuffix("\n") ? text : text + "\n")
    lseek(file, 0, SEEK_SET)
    return file
  }
}
