import Catalog
import Checkpoints
import Datasets
import Layers
import Losses
import Models
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

/// Thirty steps side by side with PyTorch: same weights, same batches, same losses.
@Suite struct StepGoldenTests {
  struct Golden: Decodable {
    var records: [Record]
  }

  struct Record: Decodable {
    var name: String
    var optimizer: String
    /// PyTorch's N C H W.
    var images: [Int]
    var scale: Float
    var batch: Int
    var steps: Int
    var single: Trajectory
    var double: Trajectory
  }

  struct Trajectory: Decodable {
    var ce: [Double]
    var kd: [Double]
    var loss: [Double]

    var terms: [(name: String, values: [Double])] { [("ce", ce), ("kd", kd), ("loss", loss)] }
  }

  private func record(_ name: String) throws -> Record {
    let records = try golden("steps.json", as: Golden.self).records
    return try #require(records.first { $0.name == name })
  }

  private func fill(_ model: Model, seed: Int) throws {
    let entries = try model.checkpointEntries().map { entry in
      entry.array.type == .int64
        ? entry
        : Checkpoint.Entry(
          entry.name,
          StoredArray(
            Formula.weight(entry.name, entry.array.shape, seed: seed), shape: entry.array.shape))
    }
    try model.load(Checkpoint(entries), from: "formula")
  }

  private func run(_ record: Record, student: Model, teacher: Model) throws -> Run {
    try fill(student, seed: 0)
    try fill(teacher, seed: 1)
    let images = try Formula.images("images", record.images, scale: record.scale)
    let count = record.images[0]
    let data = Dataset(
      name: "formula", script: "formula()",
      train: Split(
        "formula.train",
        images: FloatImages(
          images.values, height: record.images[2], width: record.images[3],
          channels: record.images[1]),
        labels: (0..<count).map { Int32($0 % 10) }, classes: 10))
    let goal = try Bench.call("ce", as: Goal.self).plus(
      Bench.call("kd", as: Goal.self).scaled(by: 5))
    return try Run(
      RunSetup(
        student: student, teacher: teacher, data: data, goal: goal,
        optimizer: try Optimizer.read(try ScriptReader(record.optimizer).value()),
        schedule: try Bench.call("constant"), augmentation: .none, batch: record.batch,
        epochs: 100, seed: 0, shuffle: false))
  }

  private func follow(_ record: Record, _ run: Run, relative: Double) throws {
    try run.take(record.steps)
    for (name, expected) in record.single.terms {
      let found = try #require(run.log[name]?.values)
      #expect(disagreement(found, expected, relative: relative) == nil, "\(name)")
    }
  }

  /// What a bound can mean: PyTorch's own single and double precision must agree far better.
  @Test func referenceIsSharperThanTheBounds() throws {
    for (name, bound) in [("resnet8x4 <- resnet32x4", 5e-4), ("mlp <- mlp", 1e-5)] {
      let record = try record(name)
      #expect(record.steps == 30)
      for (single, double) in zip(record.single.terms, record.double.terms) {
        #expect(single.values.count == 30)
        #expect(disagreement(single.values, double.values, relative: bound) == nil)
      }
    }
  }

  /// Measured: 5e-4 with fast convolutions, 1e-4 by definition, mostly of the small divergence.
  @Test(arguments: [false, true])
  func residualNetworksWithMomentum(byDefinition: Bool) throws {
    let record = try record("resnet8x4 <- resnet32x4")
    let run = try run(
      record, student: try Bench.call("resnet8x4"), teacher: try Bench.call("resnet32x4"))
    try ConvolutionArithmetic.$isExact.withValue(byDefinition) {
      try follow(record, run, relative: 1e-3)
    }
  }

  /// Measured: 4e-6.
  @Test func perceptronsWithAdamW() throws {
    let record = try record("mlp <- mlp")
    func perceptron(_ widths: [Double]) throws -> Model {
      try Bench.call(
        "mlp",
        [
          "hidden": .list(widths.map { .number($0) }), "channels": .number(1),
          "size": .number(8),
        ])
    }
    let run = try run(record, student: try perceptron([64, 64]), teacher: try perceptron([128]))
    try follow(record, run, relative: 1e-4)
  }
}
