import Catalog
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing

/// Trajectories of three parameters under PyTorch's optimizers.
@Suite struct GoldenTests {
  struct Golden: Decodable {
    var seed: Int
    var records: [Record]
  }

  struct Record: Decodable {
    var optimizer: String
    var arguments: [String: ReferenceValue]
    var source: String
    /// A call on the gradients before the step: its name and its argument.
    var clip: [ReferenceValue]?
    /// By the number of the step, then by parameter.
    var steps: [String: [String: Fingerprint]]
  }

  /// Keys, PyTorch's shapes, and how the axes stand here.
  static let shapes: [(key: String, shape: [Int], layout: Layout)] = [
    ("linear.weight", [6, 5], .dense), ("conv.weight", [4, 3, 3, 3], .convolution),
    ("linear.bias", [6], .plain),
  ]

  @Test func trajectoriesAreThoseOfTheReferences() throws {
    let records = try golden("optimizers.json", as: Golden.self).records
    let more = try golden("optimizer_variants.json", as: Golden.self).records
    let declared = Set(optimizerRegistry.declarations.map(\.name))
    #expect(Set((records + more).map(\.optimizer)) == declared)
    for record in records { try follow(record) }
  }

  @Test func furtherSettingsAndClippedGradientsAreThoseOfTheReferences() throws {
    let records = try golden("optimizer_variants.json", as: Golden.self).records
    let clips = Set(records.compactMap { $0.clip?.first?.value.line() })
    #expect(clips == Set(clippingRegistry.declarations.map(\.name)))
    for record in records { try follow(record) }
  }

  private func makeClipping(_ call: [ReferenceValue]) throws -> Clipping {
    let declaration = try #require(
      clippingRegistry.declarations.first { $0.name == call[0].value.line() })
    return try Clipping.read(try declaration.call([GivenArgument(call[1].value)], NoSession()))
  }

  private func follow(_ record: Record) throws {
    var arguments = record.arguments.mapValues(\.value)
    if case .string(let base)? = arguments["base"] {
      arguments["base"] = .object(try makeOptimizer(script: base))
    }
    let optimizer = try makeOptimizer(record.optimizer, arguments)
    let clipping = try record.clip.map(makeClipping)
    let parameters = try Self.shapes.map { key, shape, layout in
      let start = try layout.tensor(fromCheckpoint: Formula.weight(key, shape), shape)
      let parameter = Parameter(start.shape, layout: layout)
      parameter.value = start
      return (key: key, parameter: parameter)
    }
    for step in 1...25 {
      let gradients = try parameters.map { key, parameter in
        func formula(_ name: String, _ scale: Float) throws -> Tensor {
          let shape = parameter.layout.checkpointShape(parameter.shape)
          return try parameter.layout.tensor(
            fromCheckpoint: Formula.numbers(
              name, count: shape.elementCount, seed: 0, scale: scale), shape)
        }
        let pull = try (parameter.value - formula("target:" + key, 1)) * Float(0.5)
        return try pull + formula("noise:\(step):\(key)", 0.2)
      }
      optimizer.step(parameters, clipping?.bound.bounded(gradients, of: parameters) ?? gradients)
      guard let expected = record.steps[String(step)] else { continue }
      for (key, parameter) in parameters {
        let expected = try #require(expected[key])
        let found = try Fingerprint(
          parameter.value, on: "probe:" + key, layout: parameter.layout)
        #expect(
          disagreement(
            found.numbers, expected.numbers, relative: 0, absolute: 1e-5 * expected.norm) == nil,
          "\(record.optimizer) \(optimizer.line), step \(step), \(key)")
      }
    }
    #expect(optimizer.stepCount == 25)
  }
}
