import Catalog
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing

@testable import Losses

/// Losses on features with their parts, against the papers' formulas in PyTorch, Float64.
@Suite struct FeatureGoldenTests {
  struct Golden: Decodable {
    var records: [Record]
  }

  struct Record: Decodable, Sendable, CustomTestStringConvertible {
    var loss: String
    var arguments: [String: Argument]
    /// Student's and teacher's shapes of every pair, in PyTorch's order.
    var shapes: [[[Int]]]
    var value: Double
    var gradients: [String: Fingerprint]
    var companion: Companion?

    var testDescription: String { "\(loss) \(arguments) \(shapes)" }
  }

  struct Companion: Decodable, Sendable {
    var value: Double
    var gradients: [String: Fingerprint]
  }

  enum Argument: Decodable, Sendable, CustomStringConvertible {
    case number(Double)
    case flag(Bool)

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      self =
        if let flag = try? single.decode(Bool.self) { .flag(flag) } else {
          .number(try single.decode(Double.self))
        }
    }

    var value: Value {
      switch self {
      case .number(let number): .number(number)
      case .flag(let flag): .bool(flag)
      }
    }

    var description: String { value.line(quoted: true) }
  }

  static let records = (try? golden("feature_losses.json", as: Golden.self).records) ?? []

  @Test func everyLossWithPartsHasARecord() {
    let names = Set(Self.records.map(\.loss))
    for name in ["fitnet", "at", "vid", "nst", "fsp", "ab", "ofd", "ft", "crd", "reviewkd"] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(Self.records.count >= 20)
  }

  @Test(arguments: records)
  func valuesAndGradientsAreThoseOfTheFormula(_ record: Record) throws {
    let loss = try make(record.loss, values: record.arguments.mapValues(\.value)).terms[0].loss
    let students = try record.shapes.enumerated().map {
      try feature("student.\($0)", $1[0]).variable()
    }
    let teachers = try record.shapes.enumerated().map { try feature("teacher.\($0)", $1[1]) }
    let samples = students[0].shape[0]
    let known = LossShapes(
      features: zip(students, teachers).map {
        FeatureShapes(student: $0.shape, teacher: $1.shape)
      },
      logits: [samples, 10], samples: samples)
    let parts = try loss.parts(for: known)
    try parts.map(fill)
    var input = LossInput(
      logits: Tensor(zeros: [samples, 10]),
      targets: .hard(Labels((0..<samples).map { Int32($0 % 10) })))
    input.features = zip(students, teachers).map { FeaturePair(student: $0, teacher: $1) }
    input.parts = parts
    input.samples = Array(0..<samples)
    input.context = Context(isTraining: true, isRecording: true)
    input.moment = Moment(step: 900, total: 1000, stepsPerEpoch: 10)
    if let companion = try (loss as? any CompanionLoss)?.companion(for: known) {
      try fill(companion)
      input.companion = companion
    }

    let total = try loss.value(input)
    #expect(disagreement(Double(total.scalar), record.value, relative: 2e-5) == nil)
    let parameters = parts?.parameters ?? []
    let found = try gradients(
      of: total, withRespectTo: students + parameters.map(\.parameter.tracked))
    #expect(record.gradients.count == found.count)
    let most = record.gradients.values.map(\.norm).max() ?? 0
    for (index, gradient) in found.enumerated() {
      let isFeature = index < students.count
      let key = isFeature ? "student.\(index)" : parameters[index - students.count].key
      let layout = isFeature ? .plain : parameters[index - students.count].parameter.layout
      let print = try Fingerprint(
        isFeature ? torchOrder(gradient) : gradient, on: "grad", layout: layout)
      let golden = try #require(record.gradients[key], "\(key)")
      let problem = disagreement(
        print.numbers, golden.numbers, relative: 0,
        absolute: 5e-5 * golden.norm + 1e-6 * most)
      #expect(problem == nil, "\(key)")
    }
    if let golden = record.companion { try check(golden, loss, input) }
  }

  private func check(_ golden: Companion, _ loss: any Loss, _ input: LossInput) throws {
    let loss = try #require(loss as? any CompanionLoss)
    let outcome = try loss.companionLoss(input, round: 0)
    #expect(disagreement(Double(outcome.loss.scalar), golden.value, relative: 1e-5) == nil)
    #expect(outcome.figures.map(\.name) == ["reconstruction"])
    let parameters = try #require(input.companion).parameters
    let found = try gradients(
      of: outcome.loss, withRespectTo: parameters.map(\.parameter.tracked))
    for (entry, gradient) in zip(parameters, found) {
      let expected = try #require(golden.gradients[entry.key], "\(entry.key)")
      let print = try Fingerprint(gradient, on: "grad", layout: entry.parameter.layout)
      let problem = disagreement(
        print.numbers, expected.numbers, relative: 0, absolute: 5e-5 * expected.norm)
      #expect(problem == nil, "\(entry.key)")
    }
  }

  private func feature(_ key: String, _ shape: [Int]) throws -> Tensor {
    shape.count == 4 ? try Formula.images(key, shape) : try Formula.tensor(key, shape)
  }

  private func torchOrder(_ x: Tensor) throws -> Tensor {
    x.rank == 4 ? try x.transposed([0, 3, 1, 2]) : x
  }

  /// Parameters by formula in a checkpoint's order; memories of unit rows.
  private func fill(_ module: Module) throws {
    for (key, entry) in module.state {
      switch entry {
      case .parameter(let parameter):
        let shape = parameter.layout.checkpointShape(parameter.shape)
        parameter.value = try parameter.layout.tensor(
          fromCheckpoint: Formula.weight(key, shape), shape)
      case .buffer(let buffer) where key.hasSuffix("_bank"):
        buffer.value = try Formula.tensor(key, buffer.value.shape).unitRows()
      case .buffer: break
      }
    }
  }
}
