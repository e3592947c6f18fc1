import Foundation
import Glibc

/// The program at a terminal that the test types into and looks at.
final class PseudoTerminal {
  /// Something that did not come, or came and should not have.
  struct Surprise: Error, CustomStringConvertible {
    var description: String
  }

  private(set) var screen: VirtualScreen
  /// All that the program wrote, as it came.
  private(set) var received = ""
  private(set) var exitCode: Int32?
  private var master: Int32 = -1
  private var child: pid_t = 0
  private let program: String

  /// Starts the program in a session of its own, whose terminal this is.
  init(
    home: String, _ arguments: [String] = ["--quiet"], environment: [String: String] = [:],
    columns: Int = 80, rows: Int = 24, program: String = Program.path
  ) throws {
    self.program = program
    screen = VirtualScreen(columns: columns, rows: rows)
    var slave: Int32 = -1
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    // `ttyname` has one buffer for all threads, and tests run beside each other.
    var name = [CChar](repeating: 0, count: 128)
    guard openpty(&master, &slave, nil, nil, &size) == 0,
      ttyname_r(slave, &name, name.count) == 0
    else {
      throw Surprise(description: "there is no pseudo-terminal")
    }
    defer { close(slave) }
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)
    let variables = Program.environment(home: home, ["TERM": "xterm"].merging(environment) { $1 })
    try spawn(
      arguments, variables,
      terminal: String(
        decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }

  private func spawn(
    _ arguments: [String], _ variables: [String: String], terminal: String
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // A session leader that opens a terminal gets it as its own.
    posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // POSIX_SPAWN_SETSID of spawn.h, which is hidden from Swift.
    posix_spawnattr_setflags(&attributes, Int16(0x80 | POSIX_SPAWN_SETSIGMASK))
    let words = ([program] + arguments).map { strdup($0) }
    let pairs = variables.map { strdup("\($0)=\($1)") }
    defer { for text in words + pairs { free(text) } }
    guard
      posix_spawn(&child, program, &actions, &attributes, words + [nil], pairs + [nil]) == 0
    else { throw Surprise(description: "cannot start \(program)") }
  }

  deinit {
    if exitCode == nil, child > 0 {
      kill(child, SIGKILL)
      waitpid(child, nil, 0)
    }
    if master >= 0 { close(master) }
  }

  /// Types keys as they are.
  func type(_ keys: String) {
    var keys = keys
    keys.withUTF8 { _ = write(master, $0.baseAddress, $0.count) }
  }

  func signal(_ number: Int32) { kill(child, number) }

  func resize(columns: Int, rows: Int) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Waits until the screen is as wanted.
  func wait(_ what: String, until isThere: (VirtualScreen) -> Bool) throws {
    let end = Date(timeIntervalSinceNow: 60)
    while !isThere(screen) {
      guard Date() < end, read() else {
        let shown = screen.lines.joined(separator: "\n")
        throw Surprise(description: "no \(what) on the screen:\n\(shown)")
      }
    }
  }

  /// Waits until the cursor stands behind a text.
  func waitForCursor(behind text: String) throws {
    try wait("cursor behind '\(text)'") { $0.cursorLine == text }
  }

  /// Waits until a line is on the screen.
  func wait(for line: String) throws {
    try wait("line '\(line)'") { $0.lines.contains(line) }
  }

  /// Types a line at a prompt and waits for the next prompt.
  func enter(_ line: String, then prompt: String) throws {
    type(line + "\r")
    try waitForCursor(behind: prompt)
  }

  /// The program's threads that would take a signal.
  func threads(notBlocking number: Int32) throws -> [pid_t] {
    let folder = "/proc/\(child)/task"
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { thread in
      let status = try String(contentsOfFile: "\(folder)/\(thread)/status", encoding: .utf8)
      let blocked = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
      let mask = blocked.flatMap { UInt64($0.dropFirst(7).drop(while: \.isWhitespace), radix: 16) }
      return (mask ?? 0) & 1 << UInt64(number - 1) == 0
    }
    .compactMap { pid_t($0) }
  }

  /// Sends a signal to the program by the number of one of its threads, which is then the first that
  /// Linux asks to take it.
  func signal(_ number: Int32, thread: pid_t) { kill(thread, number) }

  /// Waits until the program has ended; its exit code, or 128 and the signal that ended it.
  func waitForExit() throws -> Int32 {
    while read() {}
    var status: Int32 = 0
    guard waitpid(child, &status, 0) == child else {
      throw Surprise(description: "the program cannot be waited for")
    }
    let signal = status & 0x7F
    let code = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    exitCode = code
    return code
  }

  /// Takes the terminal away and waits for the end.
  func hangUp() throws -> Int32 {
    close(master)
    master = -1
    return try waitForExit()
  }

  /// Takes in what the program writes within some seconds; false if it has closed the terminal.
  private func read() -> Bool {
    guard master >= 0 else { return false }
    var ready = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&ready, 1, 2000) > 0 else { return true }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(master, &bytes, bytes.count)
    guard count > 0 else { return false }
    received += String(decoding: bytes[..<count], as: UTF8.self)
    screen.receive(bytes[..<count])
    return true
  }
}
