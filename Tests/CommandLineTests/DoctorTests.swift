import Foundation
import Testing

/// `athanor doctor`: each finding with what to do.
@Suite("The doctor")
struct DoctorTests {
  @Test("Everything that is there is tried, and what is missing is named")
  func newcomer() throws {
    let result = try Program.run(["doctor"])
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(result.code == 0, "\(result.output)")
    for word in ["OpenBLAS", "libzmq", "readline", "SQLite", "history and records", "digits"] {
      #expect(lines.contains { $0.hasPrefix("ok") && $0.contains(word) }, "\(word)")
    }
    #expect(lines.contains { $0.hasPrefix("note") && $0.contains("Jupyter does not know") })
    #expect(result.output.contains("→ athanor kernel install --user"))
  }

  /// Installs a kernel in a home of its own, does something to it, and calls the doctor.
  private func afterInstalling(
    _ change: (_ folder: String) throws -> Void = { _ in }
  ) throws -> Program.Result {
    try Program.inFolder { home in
      let environment = ["HOME": home]
      let installed = try Program.run(["kernel", "install", "--user"], environment: environment)
      #expect(installed.code == 0)
      try change(home + "/.local/share/jupyter/kernels/athanor")
      return try Program.run(["doctor"], environment: environment)
    }
  }

  @Test("An installed kernel is started and asked")
  func kernel() throws {
    let result = try afterInstalling()
    let line = result.output.split(separator: "\n").first { $0.contains("kernel 'athanor'") }
    #expect(line?.hasPrefix("ok") == true, "\(result.output)")
    #expect(line?.contains("ms after its start") == true)
  }

  @Test("A kernel that does not start is a problem")
  func broken() throws {
    let result = try afterInstalling { folder in
      let file = folder + "/kernel.json"
      let spec = try String(contentsOfFile: file, encoding: .utf8)
      try spec.replacingOccurrences(of: Program.path, with: "/nowhere/athanor")
        .write(toFile: file, atomically: true, encoding: .utf8)
    }
    let lines = result.output.split(separator: "\n").filter { $0.contains("kernel 'athanor'") }
    #expect(lines.contains { $0.hasPrefix("problem") }, "\(result.output)")
    #expect(result.code == 1)
  }

  @Test("A folder that cannot be written is a problem")
  func folder() throws {
    let result = try Program.run(["doctor"], environment: ["ATHANOR_HOME": "/proc/none"])
    #expect(result.code == 1)
    #expect(result.output.contains("/proc/none cannot be written"))
  }
}
