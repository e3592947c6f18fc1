import Catalog
import Testing

@testable import Jupyter

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct KernelSpecTests {
  private func options(_ prefix: String, name: String = "athanor") -> KernelSpec.Options {
    KernelSpec.Options(place: .prefix(prefix), name: name)
  }

  /// The text of a file of `kernelspec/`.
  private func source(_ name: String) throws -> [UInt8] {
    var folder = SmallFile.parent(of: #filePath)
    for _ in 0..<2 { folder = SmallFile.parent(of: folder) }
    return try SmallFile.read(folder + "/kernelspec/" + name)
  }

  @Test func installsWhatTheFolderHolds() throws {
    let prefix = Bench.folder()
    defer { Bench.remove(prefix) }
    let installed = try KernelSpec.install(options(prefix))
    #expect(installed.folder == prefix + "/share/jupyter/kernels/athanor")
    #expect(installed.executable.hasPrefix("/"))
    #expect(installed.warning?.contains("JUPYTER_PATH") == true)
    let names = ["kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"]
    #expect(SmallFile.names(in: installed.folder) == names)
    for name in names.dropFirst() {
      #expect(try SmallFile.read(installed.folder + "/" + name) == source(name))
    }
    let json = try JSON(parsing: SmallFile.read(installed.folder + "/kernel.json"))
    #expect(json == KernelSpec.json(executable: installed.executable))
    #expect(KernelSpec.json(executable: "athanor") == (try JSON(parsing: source("kernel.json"))))
    try KernelSpec.uninstall(options(prefix))
    #expect(!SmallFile.isFolder(installed.folder))
    #expect(throws: Failure.self) { try KernelSpec.uninstall(options(prefix)) }
  }

  @Test func theCallerMayChangeNameAndEnvironment() throws {
    let prefix = Bench.folder()
    defer { Bench.remove(prefix) }
    var wanted = options(prefix, name: "Athanor-2.x")
    wanted.displayName = "Furnace \"two\""
    wanted.environment = ["B": "2", "A": "1 = 1"]
    wanted.executable = "/bin/sh"
    let installed = try KernelSpec.install(wanted)
    #expect(installed.name == "athanor-2.x")
    #expect(installed.displayName == "Furnace \"two\"")
    let json = try JSON(parsing: SmallFile.read(installed.folder + "/kernel.json"))
    #expect(json["env"] == ["A": "1 = 1", "B": "2"])
    #expect(json["argv"]?.items?.first == "/bin/sh")
    // Ours is replaced without asking.
    wanted.environment = [:]
    try KernelSpec.install(wanted)
    try KernelSpec.uninstall(wanted)
  }

  @Test func anotherKernelIsNotTouched() throws {
    let prefix = Bench.folder()
    defer { Bench.remove(prefix) }
    let folder = prefix + "/share/jupyter/kernels/athanor"
    try SmallFile.makeFolder(folder)
    let other = Array(#"{"argv":["python"],"language":"python"}"#.utf8)
    try SmallFile.write(other, to: folder + "/kernel.json", mode: 0o644)
    #expect(throws: Failure.self) { try KernelSpec.install(options(prefix)) }
    #expect(throws: Failure.self) { try KernelSpec.uninstall(options(prefix)) }
    #expect(try SmallFile.read(folder + "/kernel.json") == other)
    var wanted = options(prefix)
    wanted.replaces = true
    try KernelSpec.install(wanted)
    #expect(try SmallFile.read(folder + "/kernel.json") != other)
    try KernelSpec.uninstall(wanted)
  }

  @Test(arguments: ["", "a b", "../x", "..", "a/b", "é"])
  func refusesNames(_ name: String) {
    #expect(throws: Failure.self) { try KernelSpec.install(options("/nowhere", name: name)) }
  }

  @Test func aFolderThatCannotBeMadeIsAnError() {
    let failure = #expect(throws: Failure.self) {
      try KernelSpec.install(options("/proc/nowhere"))
    }
    #expect(failure?.kind == .file)
  }

  @Test func placesExcludeEachOther() throws {
    #expect(try KernelSpec.Options.place(user: false, sysPrefix: false, prefix: nil) == .user)
    #expect(
      try KernelSpec.Options.place(user: false, sysPrefix: true, prefix: nil) == .sysPrefix)
    #expect(
      try KernelSpec.Options.place(user: false, sysPrefix: false, prefix: "x") == .prefix("x"))
    #expect(throws: Failure.self) {
      try KernelSpec.Options.place(user: true, sysPrefix: false, prefix: "x")
    }
  }

  @Test func foldersFollowTheEnvironment() {
    func folders(_ variables: [String: String]) -> JupyterFolders {
      JupyterFolders { variables[$0] }
    }
    let plain = folders(["HOME": "/home/p", "VIRTUAL_ENV": "/v", "JUPYTER_PATH": "/a:/b"])
    #expect(plain.user.hasPrefix("/home/p/"))
    #expect(plain.runtime == plain.user + "/runtime")
    #expect(plain.environmentPrefix == "/v")
    #expect(
      plain.dataFolders == [
        "/a", "/b", plain.user, "/v/share/jupyter", "/usr/local/share/jupyter",
        "/usr/share/jupyter",
      ])
    let set = folders(["JUPYTER_DATA_DIR": "/d", "JUPYTER_RUNTIME_DIR": "/r", "CONDA_PREFIX": "/c"])
    #expect(set.user == "/d")
    #expect(set.runtime == "/r")
    #expect(set.environmentPrefix == "/c")
    #expect(folders(["HOME": "/h", "PATH": ""]).environmentPrefix == nil)
  }

  @Test func filesAreWrittenWholeAndForTheRightEyes() throws {
    let folder = Bench.folder()
    defer { Bench.remove(folder) }
    let path = folder + "/f"
    for mode in [mode_t(0o600), 0o644] {
      try SmallFile.write([1, 2], to: path, mode: mode)
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == mode)
    }
    #expect(try SmallFile.read(path) == [1, 2])
    #expect(SmallFile.names(in: folder) == ["f"])
    #expect(throws: Failure.self) {
      try SmallFile.write([1], to: folder + "/none/f", mode: 0o600)
    }
  }
}

struct KernelTrialTests {
  @Test func aProgramThatIsNoKernelIsTold() throws {
    var spec = KernelSpec.Installed(
      name: "x", displayName: "X", folder: "/nowhere", executable: "/nowhere/athanor")
    #expect(throws: Failure.self) { try KernelTrial.run(spec, milliseconds: 200) }
    spec.executable = "/bin/false"
    let failure = #expect(throws: Failure.self) { try KernelTrial.run(spec, milliseconds: 200) }
    #expect(failure?.message == "the kernel does not answer within 200 ms")
  }
}
