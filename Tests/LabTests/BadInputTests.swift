import Catalog
import Conversation
import Foundation
import Lab
import Testing

@Suite("Bad input")
struct BadInputTests {
  @Test(
    "each mistake has one clear line, and nothing is changed",
    arguments: [
      ("resnet18(clases=10)", "ArgumentError", "resnet18 has no argument 'clases'"),
      ("resnt18()", "NameError", "unknown name 'resnt18'"),
      (
        "student = mlp(hidden=[0])", "ValueError",
        "mlp: 'hidden' must be widths of at least 1, got [0]"
      ),
      (
        "train(mlp(size=28), data); step", "ShapeError",
        "needs 784 features a row, got a tensor [128, 64]"
      ),
      (
        "distill(student, student, data)", "ArgumentError", "student and teacher are the same model"
      ),
      (
        "train(student, data, ce() + kd())", "ArgumentError",
        "the goal ce() + kd(T=1) needs a teacher"
      ),
      (
        "train(resnet8(classes=10), data)", "ShapeError",
        "the student resnet8 takes 3 channels, digits has 1"
      ),
      (
        "train(mlp(classes=5, size=8), data)", "ShapeError",
        "the student mlp has 5 classes, digits has 10"
      ),
      ("run.gaol = ce()", "NameError", "a run has no member 'gaol'"),
      ("run.goal = 3", "TypeError", "run.goal needs a loss, got 3"),
      ("load student, \"/nowhere/at/all\"", "FileError", "/nowhere/at/all"),
      ("fit run, epochs=-1", "ValueError", "fit: 'epochs' must be positive, got -1"),
      ("fit run, epochs=1e300", "ValueError", "fit: 'epochs' must be at most 1e9"),
      ("step 9e18", "ValueError", "step: 'n' must be in 1..1000000000"),
      ("sgd(lr=-1)", "ValueError", "sgd: 'lr' must be at least 0, got -1"),
      ("kd(T=0)", "ValueError", "kd: 'T' must be positive, got 0"),
      ("mnist(\"/nowhere\")", "FileError", "/nowhere"),
      ("input(\"name? \")", "InputError", "nobody can answer a question here"),
      ("help nonsense", "NameError", "there is nothing called 'nonsense'"),
    ])
  func mistakes(code: String, name: String, message: String) throws {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    let before = sitting.run("variables")
    let report = try #require(sitting.failure(code), "\(code) did not fail")
    #expect(report.name == name, "\(code): \(report)")
    #expect(report.message.contains(message), "\(code): \(report.message)")
    #expect(!report.message.contains("\n"))
    #expect(sitting.run("variables") == before, "\(code)")
  }

  @Test("a full disk leaves the old file")
  func fullDisk() throws {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    let report = try #require(sitting.failure("save student, \"/dev/full\""))
    #expect(report.name == "FileError")
    #expect(report.message.lowercased().contains("disk is full"))
  }

  @Test("files that lie are refused with their name")
  func lyingFiles() throws {
    try withFolder { folder in
      let header = withUnsafeBytes(of: UInt64(1) << 60) { Data($0) } + Data("{}".utf8)
      try header.write(to: URL(filePath: folder + "/huge.safetensors"))
      try Data([0x1f, 0x8b, 8, 0, 0]).write(
        to: URL(filePath: folder + "/train-images-idx3-ubyte.gz"))
      let sitting = Sitting()
      _ = sitting.run(Sitting.prelude)
      let huge = try #require(
        sitting.failure("load student, \"\(folder)/huge.safetensors\""))
      #expect(huge.name == "FileError")
      #expect(huge.message.contains("huge.safetensors"))
      let cut = try #require(sitting.failure("mnist(\"\(folder)\")"))
      #expect(cut.name == "FileError" || cut.name == "DataError")
    }
  }
}
