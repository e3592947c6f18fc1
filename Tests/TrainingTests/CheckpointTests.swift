import Catalog
import Checkpoints
import Datasets
import Foundation
import Images
import Losses
import Models
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

/// Runs in files: what comes back goes on as if it had not been away.
@Suite struct CheckpointTests {
  /// The run through a file on disk.
  private func returned(_ run: Run) throws -> Run {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("run-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try run.checkpoint().writeSafetensors(path)
    return try Run.restored(
      from: try Checkpoint.read(path), named: path, resolve: Bench.resolve)
  }

  @Test(arguments: [0, 1, 3, 5, 12, 14])
  func restoredRunContinuesToTheBit(_ steps: Int) throws {
    let run = try Bench.run()
    try run.advance(to: steps, evaluates: true, check: {}, report: { _ in })
    let again = try returned(run)
    #expect(again.isIdentical(to: run))
    #expect(areIdentical(again.initialWeights, run.initialWeights))
    #expect(again.student.past.count == run.student.past.count)
    #expect(again.student.normalisation == run.student.normalisation)
    try run.advance(to: steps + 5, evaluates: true, check: {}, report: { _ in })
    try again.advance(to: steps + 5, evaluates: true, check: {}, report: { _ in })
    #expect(again.isIdentical(to: run))
  }

  @Test(arguments: optimizerRegistry.declarations.map(\.name))
  func everyOptimizerReturnsWhole(_ name: String) throws {
    let run = try Bench.run { setup in
      setup.optimizer = try Bench.call(
        name, name == "lookahead" ? ["base": .object(Optimizer.usual)] : ["lr": .number(0.01)])
      setup.schedule = try Bench.call("cosine", ["warmup": .number(1)])
      setup.augmentation = .none
      setup.shuffle = false
    }
    try run.take(4)
    let again = try returned(run)
    try run.take(4)
    try again.take(4)
    #expect(again.isIdentical(to: run))
  }

  @Test func changedRunReturnsWithItsChanges() throws {
    let run = try Bench.run()
    try run.take(2)
    #expect(try run.setMember("goal", to: .object(try Bench.call("mse", as: Goal.self))))
    #expect(try run.setMember("optimizer", to: .object(Optimizer.usual)))
    try run.take(2)
    #expect(try run.optimizer.setMember("lr", to: .number(0.004)))
    #expect(try run.setMember("epochs", to: .number(6)))
    #expect(try run.setMember("augment", to: .none))
    let again = try returned(run)
    #expect(again.goal.script == "mse()" && again.epochs == 6)
    try run.take(3)
    try again.take(3)
    #expect(again.isIdentical(to: run))
    #expect(run.record.script.contains("run.optimizer.lr = 0.004"))
  }

  @Test func teacherKeepsItsOwnNormalisation() throws {
    let run = try Bench.run()
    let teacher = try #require(run.teacher)
    for normalisation in [nil, Normalisation(mean: [0.3], std: [0.7])] {
      teacher.normalisation = normalisation
      #expect(try returned(run).teacher?.normalisation == normalisation)
    }
  }

  /// What was trained before the run is in the run's file, so its script reads it from there.
  @Test func trainedPartsAreReadFromTheRunsFile() throws {
    let first = try Bench.run { setup in
      setup.student = try Bench.teacher()
      setup.teacher = nil
      setup.goal = try Bench.call("ce")
    }
    try first.take(2)
    let run = try Bench.run { $0.teacher = first.student }
    try run.take(2)
    let again = try Run.restored(
      from: try run.checkpoint(), named: "run.athanor", resolve: Bench.resolve)
    let lines = again.record.script.split(separator: "\n")
    #expect(lines[0] == "student = resnet8(classes=4, channels=1)")
    #expect(lines[3] == "load teacher, \"run.athanor\", prefix=\"teacher.\"")
    #expect(lines.last == "step run, 2")
    // Those lines find the weights and the normalisation.
    let teacher = try Bench.teacher()
    try teacher.load(try run.checkpoint(), from: "run.athanor", prefix: "teacher.")
    #expect(areIdentical(teacher.weights, first.student.weights))
    #expect(teacher.normalisation == first.student.normalisation)
    let student = try Bench.student(seed: 5)
    try student.load(try run.checkpoint(), from: "run.athanor", prefix: "initial.")
    #expect(areIdentical(student.weights, run.initialWeights))
  }

  @Test func controlOfARestoredRunIsTheSame() throws {
    let run = try Bench.run()
    try run.take(4)
    let (a, b) = (try run.control(), try returned(run).control())
    try a.take(3)
    try b.take(3)
    #expect(a.isIdentical(to: b))
  }

  @Test func savingChangesNothing() throws {
    let run = try Bench.run()
    try run.take(3)
    let weights = run.student.weights
    let (first, second) = (try run.checkpoint(), try run.checkpoint())
    #expect(areIdentical(run.student.weights, weights))
    #expect(first.metadata == second.metadata && first.names == second.names)
  }

  /// A copy without some arrays.
  private func without(_ file: Checkpoint, _ isLeftOut: (String) -> Bool) -> Checkpoint {
    Checkpoint(file.entries.filter { !isLeftOut($0.name) }, metadata: file.metadata)
  }

  @Test func damagedFilesAreRefusedWithAReason() throws {
    let run = try Bench.run()
    try run.take(2)
    let file = try run.checkpoint()
    let header = try #require(file.metadata["athanor.run"])
    func described(as text: String) -> Checkpoint {
      Checkpoint(file.entries, metadata: ["athanor.run": text])
    }
    func replacing(_ a: String, _ b: String) -> Checkpoint {
      described(as: header.replacingOccurrences(of: a, with: b))
    }
    for word in ["\"batch\":8", "\"steps\":2", "\"version\":1", "\"optimizerSteps\":2"] {
      #expect(header.contains(word), "\(word)")
    }
    let wrong: [(String, Checkpoint)] = [
      ("weights, not a run", Checkpoint(file.entries)),
      ("not JSON", described(as: "{")),
      ("not JSON", described(as: "")),
      ("'version' is missing", replacing("\"version\":1", "\"other\":1")),
      ("version 2", replacing("\"version\":1", "\"version\":2")),
      ("counts make no sense", replacing("\"batch\":8", "\"batch\":0")),
      ("counts make no sense", replacing("\"steps\":2", "\"steps\":-2")),
      ("counts make no sense", replacing("\"steps\":2", "\"steps\":9223372036854775807")),
      ("counts make no sense", replacing("\"epochs\":4", "\"epochs\":4611686018427387904")),
      ("of another type", replacing("\"batch\":8", "\"batch\":\"8\"")),
      ("is not a model", replacing("resnet8(classes=4, channels=1)", "ce()")),
      ("momentum_buffer", without(file) { $0.hasPrefix("optimizer.") }),
      ("missing", without(file) { $0 == "student.fc.bias" }),
      ("missing", without(file) { $0 == "initial.conv1.weight" }),
      ("missing", without(file) { $0 == "teacher.fc.weight" }),
    ]
    for (reason, damaged) in wrong {
      let failure = #expect(throws: Failure.self, "\(reason)") {
        try Run.restored(from: damaged, named: "x.athanor", resolve: Bench.resolve)
      }
      #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }
  }
}
