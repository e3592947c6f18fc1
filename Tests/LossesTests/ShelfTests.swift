import Catalog
import Layers
import Losses
import Optimizers
import Tensors
import TestSupport
import Testing

/// Losses against PyTorch's values of their papers' formulas.
@Suite struct ShelfTests {
  struct Shelf: Decodable {
    var records: [Record]
  }

  struct Record: Decodable, CustomTestStringConvertible, Sendable {
    var loss: String
    var arguments: [String: Given]
    var student: [Int]
    /// Whether the labels are mixed.
    var mixed: Bool
    /// Models that the loss brings itself.
    var models: Int
    var value: Double
    var gradient: Fingerprint
    var parts: [String: Fingerprint]

    var testDescription: String { "\(loss) \(arguments.keys.sorted())" }
  }

  enum Given: Decodable, Sendable {
    case number(Double)
    case text(String)
    case list([Double])

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if let number = try? single.decode(Double.self) {
        self = .number(number)
      } else if let text = try? single.decode(String.self) {
        self = .text(text)
      } else {
        self = .list(try single.decode([Double].self))
      }
    }

    var value: Value {
      switch self {
      case .number(let number): .number(number)
      case .text(let text): .string(text)
      case .list(let numbers): .list(numbers.map { .number($0) })
      }
    }
  }

  static func records() throws -> [Record] {
    try golden("shelf.json", as: Shelf.self).records
  }

  @Test func everyRecordIsMet() throws {
    let records = try Self.records()
    #expect(records.count >= 18)
    for record in records { try check(record) }
  }

  private func check(_ record: Record) throws {
    var values = record.arguments.mapValues(\.value)
    if record.models > 0 {
      let models = try (0..<record.models).map { Value.object(try smallNetwork(seed: $0)) }
      values["teacher"] = .list(models)
    }
    let loss = try make(record.loss, values: values).terms[0].loss
    let looksInside = loss.sites != .none
    let shape = record.student
    let student = try Formula.tensor(
      looksInside ? "student.pooled" : "student.logits", shape, scale: looksInside ? 1 : 3
    ).variable()
    var input = try logits(looksInside ? Tensor(zeros: [8, 10]) : student, isMixed: record.mixed)
    if looksInside {
      let teacher = try Formula.tensor("teacher.pooled", [8, 48])
      input.features = [FeaturePair(student: student, teacher: teacher)]
      let known = LossShapes(
        features: [FeatureShapes(student: shape, teacher: [8, 48])], logits: [8, 10], samples: 8)
      input.parts = try loss.parts(for: known)
    }
    input.modelLogits = try (0..<record.models).map {
      try Formula.tensor("model \($0).logits", [8, 10], scale: 3)
    }
    let parameters = input.parts?.parameters ?? []
    for (key, parameter) in parameters { try fill(parameter, key) }
    let total = try loss.value(input)
    let name = record.testDescription
    #expect(disagreement(Double(total.scalar), record.value, relative: 1e-5) == nil, "\(name)")
    let variables = [student] + parameters.map(\.parameter.tracked)
    let found = try gradients(of: total, withRespectTo: variables)
    try expect(found[0], .plain, record.gradient, name)
    #expect(Set(parameters.map(\.key)) == Set(record.parts.keys), "\(name)")
    for (index, (key, parameter)) in parameters.enumerated() {
      let expected = try #require(record.parts[key])
      // What a standardisation takes out again has no gradient but rounding.
      guard expected.norm > 1e-9 else { continue }
      try expect(found[1 + index], parameter.layout, expected, "\(name) \(key)")
    }
  }

  private func logits(_ student: Tensor, isMixed: Bool) throws -> LossInput {
    let labels = Labels((0..<8).map { Int32($0 % 10) })
    let other = Labels((0..<8).map { Int32(($0 + 3) % 10) })
    let mixed = try labels.oneHot(10) * 0.7 + other.oneHot(10) * 0.3
    var input = LossInput(
      logits: student, targets: isMixed ? .soft(mixed) : .hard(labels),
      teacherLogits: try Formula.tensor("teacher.logits", [8, 10], scale: 3))
    input.labels = labels
    input.moment = Moment(step: 900, total: 1000, stepsPerEpoch: 10)
    input.context = Context(isTraining: true, isRecording: true)
    return input
  }

  private func fill(_ parameter: Parameter, _ key: String) throws {
    let shape = parameter.layout.checkpointShape(parameter.shape)
    parameter.value = try parameter.layout.tensor(
      fromCheckpoint: Formula.weight(key, shape), shape)
  }

  private func expect(
    _ gradient: Tensor, _ layout: Layout, _ expected: Fingerprint, _ name: String
  ) throws {
    let found = try Fingerprint(gradient, on: "grad", layout: layout)
    let problem = disagreement(
      found.numbers, expected.numbers, relative: 0, absolute: 2e-5 * expected.norm)
    #expect(problem == nil, "\(name)")
  }
}
