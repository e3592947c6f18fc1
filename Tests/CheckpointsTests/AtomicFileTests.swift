import Catalog
import Checkpoints
import Foundation
import Testing

@Suite("writing files")
struct AtomicFileTests {
  @Test func replacesAndKeepsTheMode() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a")
    try AtomicFile.write(path, bytes: [1, 2, 3])
    #expect(try bytes(of: path) == [1, 2, 3])
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try AtomicFile.write(path, bytes: [4])
    #expect(try bytes(of: path) == [4])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o640)
    #expect(folder.names == ["a"])
  }

  @Test func followsLinks() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write(folder.file("real"), bytes: [1])
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("real"))
    try AtomicFile.write(folder.file("link"), bytes: [2])
    #expect(try bytes(of: folder.file("real")) == [2])
    #expect(folder.names == ["link", "real"])
  }

  @Test func aFailedBodyLeavesTheOldFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a")
    try AtomicFile.write(path, bytes: [1])
    let problem = CheckpointError(path, "on purpose")
    #expect(throws: problem) {
      try AtomicFile.write(path) { (file) throws(CheckpointError) in
        try file.write([9, 9, 9])
        throw problem
      }
    }
    #expect(try bytes(of: path) == [1])
    #expect(folder.names == ["a"])
  }

  @Test func aFullDeviceIsNamed() {
    let array = StoredArray([Float](repeating: 1, count: 4096), shape: [4096])
    let checkpoint = Checkpoint([.init("w", array)])
    let error = #expect(throws: CheckpointError.self) {
      try checkpoint.writeSafetensors("/dev/full")
    }
    #expect(error?.failure.message == "'/dev/full': cannot be written: the disk is full")
    // The device was written to, not replaced.
    #expect(FileManager.default.fileExists(atPath: "/dev/full"))
    #expect(throws: CheckpointError.self) { _ = try FileBytes(path: "/dev/full") }
  }

  @Test func runningOutOfSpaceLeavesTheOldFile() async {
    // A limit on file sizes holds for a whole process, so this needs one of its own.
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      let folder = try TemporaryFolder()
      let path = folder.file("a.safetensors")
      let small = Checkpoint([.init("w", StoredArray([Float(1)], shape: [1]))])
      try small.writeSafetensors(path)
      let before = try bytes(of: path)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 8192, rlim_max: 8192)
      #if canImport(Glibc)
        let status = setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      #else
        let status = setrlimit(RLIMIT_FSIZE, &limit)
      #endif
      precondition(status == 0)
      let large = StoredArray([Float](repeating: 2, count: 100_000), shape: [100_000])
      var failure: Failure?
      do { try Checkpoint([.init("w", large)]).writeSafetensors(path) } catch {
        failure = (error as? CheckpointError)?.failure
      }
      precondition(failure?.kind == .file)
      precondition(failure?.message.contains("cannot be written: the file would be larger") == true)
      let after = try bytes(of: path)
      precondition(after == before)
      precondition(folder.names == ["a.safetensors"])
    }
    #expect(result?.standardErrorContent.isEmpty == true)
  }

  @Test func impossiblePlacesAreNamed() throws {
    let folder = try TemporaryFolder()
    #expect(
      reason { try AtomicFile.write(folder.file("no/such/a"), bytes: []) }
        == "there is no such file")
    #expect(reason { try AtomicFile.write(folder.path, bytes: []) } == "is a folder, not a file")
    #expect(
      reason { try AtomicFile.write(folder.path + "/", bytes: []) } == "is a folder, not a file")
    let long = String(repeating: "n", count: 250)
    try AtomicFile.write(folder.file(long), bytes: [1])
    #expect(folder.names == [long])
  }
}
