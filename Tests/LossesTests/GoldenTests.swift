import Catalog
import Losses
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
    var value: Double
    var gradient: Fingerprint
  }

  /// Arguments of losses that are not numbers belong to losses that come later.
  enum Argument: Decodable {
    case number(Double)
    case other

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      self = (try? single.decode(Double.self)).map { .number($0) } ?? .other
    }
  }

  /// The records of losses that are declared with all of the record's arguments.
  static func records() throws -> [(record: Record, arguments: [String: Double])] {
    try golden("losses.json", as: Golden.self).records.compactMap { record in
      let declaration = lossRegistry.declarations.first { $0.name == record.loss }
      let names = declaration?.arguments.map(\.name) ?? []
      var numbers: [String: Double] = [:]
      for (name, argument) in record.arguments {
        if case .number(let number) = argument { numbers[name] = number }
      }
      guard declaration != nil, numbers.count == record.arguments.count,
        record.arguments.keys.allSatisfy(names.contains)
      else { return nil }
      return (record, numbers)
    }
  }

  @Test func valuesAndGradientsAreThoseOfThePapers() throws {
    let records = try Self.records()
    #expect(records.count >= 5, "ce, ce with smoothing, kd at T = 1, 2, 4")
    let batch = try SampleBatch()
    for (record, arguments) in records {
      let (value, gradient) = try batch.evaluate(try make(record.loss, arguments))
      let name = "\(record.loss) \(arguments)"
      #expect(disagreement(value, record.value, relative: 1e-5) == nil, "\(name)")
      let print = try Fingerprint(gradient, on: "grad")
      #expect(
        disagreement(
          print.numbers, record.gradient.numbers, relative: 0,
          absolute: 1e-5 * record.gradient.norm) == nil, "\(name)")
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
