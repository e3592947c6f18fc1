import Catalog
import Losses
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite struct GoldenTests {
  struct Golden: Decodable {
    var seed: Int
    var records: [Record]
  }

  struct Record: Decodable {
    var loss: String
    var arguments: [String: Argument]
    /// PyTorch's shapes: N K, N D or N C H W.
    var student: [Int]?
    var teacher: [Int]?
    var value: Double
    var gradient: Fingerprint

    var name: String { "\(loss) \(arguments)" }
    var values: [String: Value] {
      arguments.compactMapValues {
        switch $0 {
        case .number(let number): .number(number)
        case .flag(let flag): .bool(flag)
        case .other: nil
        }
      }
    }
  }

  enum Argument: Decodable {
    case number(Double)
    case flag(Bool)
    /// A remark, or a list: no argument of ours.
    case other

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if let flag = try? single.decode(Bool.self) {
        self = .flag(flag)
      } else {
        self = (try? single.decode(Double.self)).map { .number($0) } ?? .other
      }
    }
  }

  /// Records that no call of ours is to agree with, and why.
  static let apart = [
    "fitnet": "its regressor is left out there",
    "pixelwise": "a sum over the batch there, a mean here",
    "gradient_penalty": "a part of another loss",
  ]

  /// The key and the scale of the numbers of a shape.
  private static func source(_ shape: [Int]) -> (key: String, scale: Float) {
    switch shape {
    case [8, 10]: ("logits", 3)
    case [2, 5, 17, 17]: ("map", 3)
    case let shape where shape.count == 2: ("pooled", 1)
    case let shape where shape[0] == 2: ("psp", 1)
    default: ("features", 1)
    }
  }

  private static func tensor(_ role: String, _ shape: [Int]) throws -> Tensor {
    let (key, scale) = source(shape)
    return shape.count == 4
      ? try Formula.images("\(role).\(key)", shape, scale: scale)
      : try Formula.tensor("\(role).\(key)", shape, scale: scale)
  }

  /// The records of losses that are declared with all of the record's arguments.
  static func records() throws -> [Record] {
    try golden("losses.json", as: Golden.self).records.filter { record in
      let declaration = lossRegistry.declarations.first { $0.name == record.loss }
      let names = declaration?.arguments.map(\.name) ?? []
      return declaration != nil && apart[record.loss] == nil
        && record.values.count == record.arguments.count
        && record.arguments.keys.allSatisfy(names.contains)
    }
  }

  @Test func valuesAndGradientsAreThoseOfThePapers() throws {
    let records = try Self.records()
    #expect(records.count >= 5, "ce, ce with smoothing, kd at T = 1, 2, 4")
    for record in records {
      let loss = try make(record.loss, values: record.values).terms[0].loss
      let shape = try #require(record.student)
      let student = try Self.tensor("student", shape).variable()
      let teacher = try record.teacher.map { try Self.tensor("teacher", $0) }
      let isLogits = loss.sites == .none
      var input = LossInput(
        logits: isLogits ? student : Tensor(zeros: [shape[0], 10]),
        targets: .hard(Labels((0..<shape[0]).map { Int32($0 % 10) })),
        teacherLogits: isLogits ? teacher : nil)
      input.features = isLogits ? [] : [FeaturePair(student: student, teacher: teacher)]
      input.moment = Moment(step: 900, total: 1000, stepsPerEpoch: 10)
      let total = try loss.value(input)
      #expect(
        disagreement(Double(total.scalar), record.value, relative: 1e-5) == nil, "\(record.name)")
      let gradient = try gradients(of: total, withRespectTo: [student])[0]
      let ordered = shape.count == 4 ? try gradient.transposed([0, 3, 1, 2]) : gradient
      let print = try Fingerprint(ordered, on: "grad")
      let problem = disagreement(
        print.numbers, record.gradient.numbers, relative: 0,
        absolute: 1e-5 * record.gradient.norm)
      #expect(problem == nil, "\(record.name)")
    }
  }

  @Test func meanSquaresAreTheDefinition() throws {
    let batch = try SampleBatch()
    let (value, gradient) = try batch.evaluate(try make("mse"))
    let differences = zip(batch.student.values, batch.teacher.values).map {
      Double($0) - Double($1)
    }
    let mean = differences.map { $0 * $0 }.reduce(0, +) / 80
    #expect(disagreement(value, mean, relative: 1e-6) == nil)
    #expect(
      disagreement(
        gradient.values.map { Double($0) }, differences.map { 2 * $0 / 80 }, relative: 1e-5,
        absolute: 1e-8) == nil)
  }

  @Test func softLabelsThatNameOneClassAreHardLabels() throws {
    let batch = try SampleBatch()
    let soft = try batch.labels.oneHot(10)
    for smoothing in [0, 0.1] {
      let goal = try make("ce", ["smoothing": smoothing])
      let hard = try goal.evaluate(batch.input()).total
      let mixed = try goal.evaluate(
        LossInput(logits: batch.student, targets: .soft(soft))
      ).total
      #expect(disagreement(hard, mixed, relative: 1e-6) == nil, "smoothing \(smoothing)")
    }
  }

  @Test func mixedLabelsAreBetweenTheirParts() throws {
    // Cross entropy is linear in its targets.
    let batch = try SampleBatch()
    let other = Labels((0..<8).map { Int32(($0 + 3) % 10) })
    let mixed = try batch.labels.oneHot(10) * 0.3 + other.oneHot(10) * 0.7
    let goal = try make("ce")
    func value(_ targets: Targets) throws -> Double {
      Double(
        try goal.evaluate(LossInput(logits: batch.student, targets: targets)).total.scalar)
    }
    let expected = try 0.3 * value(.hard(batch.labels)) + 0.7 * value(.hard(other))
    #expect(disagreement(try value(.soft(mixed)), expected, relative: 1e-6) == nil)
  }
}
