import Glibc

/// Shows long text through the person's pager.
enum Pager {
  /// Shows the text with `$PAGER`, or `less -FRX`. Returns false where there is no such program, so
  /// that the text can be printed instead.
  static func show(_ text: String, environment: Environment, signals: Signals) -> Bool {
    let command = environment["PAGER"].flatMap { $0.isEmpty ? nil : $0 } ?? "less -FRX"
    guard let file = unnamedFile(text) else { return false }
    defer { close(file) }
    signals.enter(.elsewhere)
    defer { signals.enter(.run) }
    // 126 and 127 are the shell's words for "cannot be run" and "not found".
    guard let status = run(command, input: file) else { return false }
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

  /// Runs a command of the shell with signals as a program expects them; its exit code.
  private static func run(_ command: String, input: Int32) -> Int32? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let words = ["sh", "-c", command]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var child = pid_t()
    guard posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments, environ) == 0 else {
      return nil
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 { if errno != EINTR { return nil } }
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }
}
