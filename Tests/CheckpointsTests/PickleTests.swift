import Catalog
import Checkpoints
import Testing

/// Pickles that were written to do harm.
@Suite("hostile pickles")
struct PickleTests {
  private func refusal(_ pickle: [UInt8]) -> String {
    reason { _ = try Checkpoint.read(FileBytes(pickle, name: "evil.pth")) }
  }

  private func refusal(_ text: String) -> String { refusal([0x80, 2] + Array(text.utf8)) }

  /// A zip with this pickle and one storage of 16 bytes.
  private func archive(_ pickle: String, storage: Int = 16) -> FileBytes {
    FileBytes(
      ZipEntry.archive([
        ZipEntry("a/data.pkl", [0x80, 2] + Array(pickle.utf8), isDeflated: false),
        ZipEntry("a/data/0", [UInt8](repeating: 0, count: storage), isDeflated: false),
      ]), name: "evil.pth")
  }

  private let storage = "(S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nI4\ntQ"

  private func tensor(_ offset: String, _ shape: String, _ strides: String) -> String {
    "}S'w'\nctorch._utils\n_rebuild_tensor_v2\n(\(storage)\(offset)(\(shape)t(\(strides)tI00\nNtRs."
  }

  @Test func callsAreRefusedByName() {
    for (module, name) in [
      ("os", "system"), ("posix", "system"), ("subprocess", "Popen"), ("builtins", "eval"),
      ("__builtin__", "exec"), ("builtins", "getattr"), ("importlib", "import_module"),
      ("socket", "socket"), ("nt", "system"), ("os.path", "exists"), ("builtins", "print"),
    ] {
      let text = refusal("c\(module)\n\(name)\n(S'echo harm'\ntR.")
      #expect(text == "it would call '\(module).\(name)': a file of weights has no reason to")
      // Beside a state dict, in a corner that nobody asks for, too.
      let beside = "}(S'w'\nNS'x'\nc\(module)\n\(name)\n(tRu."
      #expect(refusal(beside).contains("it would call '\(module).\(name)'"))
    }
    let stackGlobal: [UInt8] =
      [0x80, 4, 0x8C, 2] + Array("os".utf8) + [0x8C, 6] + Array("system".utf8) + [0x93, 0x29, 0x52]
    #expect(refusal(stackGlobal + [0x2E]).contains("'os.system'"))
    #expect(refusal("(S'ls'\nios\nsystem\n.").contains("'os.system'"))
    #expect(refusal("(cos\nsystem\nS'ls'\no.").contains("'os.system'"))
  }

  @Test func unknownNamesAreNamed() {
    #expect(refusal("cevil.module\nrun\n(tR.").contains("'evil.module.run' would make"))
    #expect(refusal("}S'fc.weight'\ncevil\nrun\n(tRs.").contains("'fc.weight' is what 'evil.run'"))
    #expect(refusal("cevil\nrun\n.").contains("'evil.run'"))
    #expect(refusal("}.") == "there are no tensors in it")
    #expect(refusal([0x80, 2, 0x82, 1, 0x2E]).contains("kept elsewhere"))
  }

  @Test func unknownValuesBesideTheWeightsDoNotMatter() throws {
    let good = tensor("I0\n", "I4\n", "I1\n").dropLast()
    let file = archive("\(good)S'args'\ncmy.trainer\nOptions\n)\u{52}}S'lr'\nF0.1\nsbs.")
    let read = try Checkpoint.read(file)
    #expect(read.names == ["w"])
    #expect(read.unread["args"] == "what 'my.trainer.Options' would make, which is not run")
  }

  @Test func absurdTensorsAreRefused() throws {
    func refusal(_ offset: String, _ shape: String, _ strides: String) -> String {
      reason { _ = try Checkpoint.read(archive(tensor(offset, shape, strides))) }
    }
    #expect(try Checkpoint.read(archive(tensor("I0\n", "I2\nI2\n", "I2\nI1\n"))).names == ["w"])
    #expect(refusal("I0\n", "I5\n", "I1\n").contains("beyond its storage of 4 elements"))
    #expect(refusal("I4\n", "I1\n", "I1\n").contains("beyond its storage"))
    #expect(refusal("I9223372036854775807\n", "I2\n", "I1\n").contains("beyond its storage"))
    #expect(refusal("I0\n", "I2\n", "I9223372036854775807\n").contains("beyond its storage"))
    #expect(refusal("I0\n", "I4294967296\nI4294967296\n", "I0\nI0\n").contains("larger than any"))
    #expect(refusal("I0\n", "I1000000000\n", "I0\n").contains("takes 4000000000 bytes"))
    #expect(refusal("I0\n", "I-1\n", "I1\n").contains("lacks its storage"))
    #expect(refusal("I-1\n", "I1\n", "I1\n").contains("lacks its storage"))
    #expect(refusal("I0\n", "I1\nI1\n", "I1\n").contains("lacks its storage"))
    #expect(refusal("I0\n", "F1.5\n", "I1\n").contains("lacks its storage"))
    // Many tensors, each large by strides of zero.
    let one = "ctorch._utils\n_rebuild_tensor_v2\n(\(storage)I0\n(I4000000\nt(I0\ntI00\nNtR"
    let many = "}(" + (0..<100).map { "S'w\($0)'\n\(one)" }.joined() + "u."
    #expect(reason { _ = try Checkpoint.read(archive(many)) }.contains("takes 16000000 bytes"))
  }

  @Test func namesThatAreThereTwiceAreRefused() {
    let tensor = tensor("I0\n", "I4\n", "I1\n").dropLast()
    let second = tensor.dropFirst()
    #expect(
      reason { _ = try Checkpoint.read(archive(tensor + second + ".")) }
        == "'w' is there twice")
  }

  @Test func nestingIsBounded() {
    let deep = String(repeating: "(", count: 100_000) + String(repeating: "t", count: 100_000)
    #expect(refusal(deep + ".") != "")
    let lists = String(repeating: "]", count: 100_000) + String(repeating: "a", count: 99_999)
    #expect(refusal(lists + ".").contains("nested too deeply"))
    #expect(refusal("]q\u{1}h\u{1}a.").contains("nested too deeply"))
    // Each holds the one before it ten times.
    let doubling =
      "]q\u{1}"
      + (0..<20).map { _ in
        "]" + String(repeating: "h\u{1}a", count: 10) + "q\u{1}0h\u{1}"
      }.joined()
    #expect(refusal(doubling + ".").contains("refer to each other"))
    #expect(refusal(String(repeating: "N0", count: 600_000) + ".").contains("instructions"))
  }

  @Test func brokenProgramsAreRefused() {
    for text in [
      "", ".", "0.", "t.", "a.", "u.", "s.", "R.", "b.", "2.", "h\u{5}.", "Nq", "(((", "N(Na.",
      "}(Nu.",
      "X\u{FF}", "c", "cos", "I12", "Ix\n.", "Fx\n.", "~.", "Pabc\n.", "NNR.", "NQ.", "]Q.", "N)R.",
      "ca\nb\nNR.", "}NNs", "(NNe.",
    ] {
      #expect(refusal(text) != "", "\(text)")
    }
    #expect(refusal([0x80, 9, 0x4E, 0x2E]).contains("protocol 9"))
    #expect(refusal([0x80, 4, 0x8D] + [UInt8](repeating: 0xFF, count: 8)).contains("would take"))
    #expect(refusal([0x80, 2, 0x8B] + [UInt8](repeating: 0xFF, count: 4)) != "")
    #expect(refusal([0x80, 2, 0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E]) != "")
  }

  @Test func archivesWithoutValuesAreNamed() {
    let none = FileBytes(ZipEntry.archive([ZipEntry("x/y", [1])]), name: "a.pth")
    #expect(reason { _ = try Checkpoint.read(none) }.contains("without a 'data.pkl'"))
    let missing = FileBytes(
      ZipEntry.archive([
        ZipEntry("a/data.pkl", [0x80, 2] + Array(tensor("I0\n", "I4\n", "I1\n").utf8))
      ]), name: "a.pth")
    #expect(reason { _ = try Checkpoint.read(missing) } == "the archive has no storage '0'")
  }
}
