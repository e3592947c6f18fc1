import Foundation
import Testing

@Suite("A sudden end", .serialized)
struct KillTests {
  @Test("A process killed in mid-training loses no run, and the records stay whole")
  func killing() throws {
    try Program.inFolder { home in
      let script = """
        data = digits()
        run = train(mlp(hidden=[8], size=8), data, batch=64, epochs=4000)
        step
        print("made")
        fit quiet=true
        """
      for number in 1...4 {
        let process = try start(["-c", script], home)
        let pipe = try #require(process.standardOutput as? Pipe)
        _ = try pipe.fileHandleForReading.read(upToCount: 1)
        // A second is what a record may wait for; the ends come at different moments after it.
        Thread.sleep(forTimeInterval: 1.2 + 0.13 * Double(number))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let code =
          "r = open(\(number)); print(r.steps > 0, len(r.loss) == r.steps, r.loss.steps[0])"
        #expect(try output(["-c", code], home) == "true true 1\n")
      }
      let listing = try output(["-c", "runs"], home)
      #expect(listing.split(separator: "\n").filter { $0.contains("mlp") }.count == 4)
      let names = try FileManager.default.contentsOfDirectory(atPath: home + "/state")
      #expect(!names.contains { $0.contains("damaged") })
    }
  }

  private func start(_ arguments: [String], _ home: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: Program.path)
    process.arguments = arguments
    process.environment = Program.environment(home: home)
    process.currentDirectoryURL = URL(filePath: home)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = Pipe()
    try process.run()
    return process
  }

  private func output(_ arguments: [String], _ home: String) throws -> String {
    let process = try start(arguments, home)
    let pipe = try #require(process.standardOutput as? Pipe)
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
