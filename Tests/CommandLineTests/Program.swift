import Foundation
import Testing

/// The program under test, and how it is run without a terminal.
enum Program {
  struct Result {
    var output: String
    var error: String
    var code: Int32
  }

  /// The executable beside the test bundle.
  static let path: String = {
    let runners = CommandLine.arguments + [(try? readLink("/proc/self/exe")) ?? ""]
    for runner in runners where runner.contains("/") {
      var folder = URL(filePath: runner).deletingLastPathComponent()
      for _ in 0..<4 {
        let path = folder.appending(path: "athanor").path
        if FileManager.default.isExecutableFile(atPath: path), !isFolder(path) { return path }
        folder.deleteLastPathComponent()
      }
    }
    return "athanor"
  }()

  private static func readLink(_ path: String) throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: path)
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// The environment of a test: a home of its own, nothing of the person who runs it.
  static func environment(home: String, _ more: [String: String] = [:]) -> [String: String] {
    var values = ["PATH": "/usr/bin:/bin", "HOME": home, "ATHANOR_HOME": home + "/state"]
    values["INPUTRC"] = "/dev/null"
    values["LANG"] = "C.UTF-8"
    for name in ["LD_LIBRARY_PATH", "TMPDIR"] {
      values[name] = ProcessInfo.processInfo.environment[name]
    }
    return values.merging(more) { $1 }
  }

  /// Runs the program with an input that is no terminal.
  static func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:],
    joined: Bool = false, whileRunning: ((Process) throws -> Void)? = nil
  ) throws -> Result {
    try inFolder { home in
      let process = Process()
      process.executableURL = URL(filePath: path)
      process.arguments = arguments
      process.environment = self.environment(home: home, environment)
      process.currentDirectoryURL = URL(filePath: home)
      let (output, error) = (home + "/output", home + "/error")
      try input.write(toFile: home + "/input", atomically: false, encoding: .utf8)
      for file in [output, error] { try Data().write(to: URL(filePath: file)) }
      process.standardInput = FileHandle(forReadingAtPath: home + "/input")
      process.standardOutput = FileHandle(forWritingAtPath: output)
      process.standardError =
        joined ? process.standardOutput : FileHandle(forWritingAtPath: error)
      try process.run()
      try whileRunning?(process)
      process.waitUntilExit()
      return Result(
        output: try String(contentsOfFile: output, encoding: .utf8),
        error: try String(contentsOfFile: error, encoding: .utf8),
        code: process.terminationReason == .exit
          ? process.terminationStatus : 128 + process.terminationStatus)
    }
  }

  /// Runs the program with standard error in its place among the output.
  static func runTogether(_ arguments: [String]) throws -> Result {
    try run(arguments, joined: true)
  }

  /// A folder that is gone afterwards.
  static func inFolder<Answer>(_ body: (String) throws -> Answer) throws -> Answer {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }
}
