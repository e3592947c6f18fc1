import Catalog
import Conversation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Starts an installed kernel as Jupyter would and talks to it: what `athanor doctor` does.
public enum KernelTrial {
  /// What a kernel did when it was tried.
  public struct Answer: Sendable, Equatable {
    /// Its name and version, as it says.
    public var implementation: String
    /// Milliseconds from the start of the program to its first answer.
    public var startMilliseconds: Int
    /// What `code` showed.
    public var shown: String
  }

  /// Starts the program of a spec with a connection file of its own, executes one input, ends it.
  ///
  /// - Throws: `StateError` if it does not start, answer, execute or end within so many
  ///   milliseconds each; `FileError` where the connection file cannot be written.
  public static func run(
    _ spec: KernelSpec.Installed, code: String = "1 + 1", milliseconds: Int = 10_000
  ) throws -> Answer {
    let folder = JupyterFolders().runtime
    try SmallFile.makeFolder(folder, mode: 0o700)
    let file = "\(folder)/kernel-trial-\(getpid())-\(randomText().prefix(8)).json"
    var info = try freePorts()
    info.key = randomText()
    try SmallFile.write(Array(info.json.indented().utf8), to: file, mode: 0o600)
    defer { unlink(file) }
    let start = monotonicMilliseconds()
    let process = try spawn([spec.executable, "kernel", "-f", file])
    var hasEnded = false
    defer {
      if !hasEnded {
        kill(process, SIGKILL)
        _ = wait(for: process)
      }
    }
    let client = try KernelClient(info)
    let name = try client.waitUntilReady(milliseconds: milliseconds)
    let elapsed = monotonicMilliseconds() - start
    let shown = try execute(code, client, milliseconds)
    guard try client.shutDown(milliseconds: milliseconds) else {
      throw Failure(.state, "the kernel '\(spec.name)' does not let itself be shut down")
    }
    hasEnded = wait(for: process, milliseconds: milliseconds)
    guard hasEnded else {
      throw Failure(.state, "the kernel '\(spec.name)' does not end within \(milliseconds) ms")
    }
    return Answer(implementation: name, startMilliseconds: elapsed, shown: shown)
  }

  private static func execute(
    _ code: String, _ client: KernelClient, _ milliseconds: Int
  ) throws -> String {
    var shown = ""
    let outcome = try client.execute(code, milliseconds: milliseconds) { event in
      switch event {
      case .text(let text), .warning(let text): shown += text
      case .display(let display, _), .value(let display, _): shown += display.plain
      default: break
      }
    }
    switch outcome {
    case .done, .quit: return shown
    case .failed(let report):
      throw Failure(.state, "the kernel fails at '\(code)': \(report.message)")
    case nil:
      throw Failure(.state, "the kernel does not execute '\(code)' within \(milliseconds) ms")
    }
  }

  /// Five ports of this machine that were free a moment ago.
  private static func freePorts() throws -> ConnectionInfo {
    var info = ConnectionInfo()
    let context = try SocketContext()
    var sockets: [Socket] = []
    for channel in ConnectionInfo.Channel.allCases {
      let socket = try Socket(.router, in: context)
      try socket.bind(to: info.address(channel))
      info.ports[channel] = socket.address.split(separator: ":").last.flatMap { Int($0) }
      sockets.append(socket)
    }
    for socket in sockets { socket.close() }
    context.end()
    return info
  }

  private static func spawn(_ words: [String]) throws -> pid_t {
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    let code = posix_spawn(&process, words[0], nil, nil, arguments, environ)
    guard code == 0 else {
      throw Failure(.state, "cannot start '\(words[0])': \(errorText(code).lowercased())")
    }
    return process
  }

  /// Waits for a process to end; false if it has not within so many milliseconds.
  private static func wait(for process: pid_t, milliseconds: Int = 5_000) -> Bool {
    let end = monotonicMilliseconds() + milliseconds
    while monotonicMilliseconds() < end {
      var status: Int32 = 0
      let found = waitpid(process, &status, WNOHANG)
      if found == process || (found < 0 && errno != EINTR) { return true }
      usleep(2_000)
    }
    return false
  }
}
