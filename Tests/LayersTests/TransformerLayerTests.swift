import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// The layers of transformers against their definitions, written out plainly.
@Suite struct TransformerLayerTests {
  private func filled<Layer: Module>(_ layer: Layer) throws -> Layer {
    layer.name(from: "part")
    for (key, parameter) in layer.parameters {
      let shape = parameter.layout.checkpointShape(parameter.shape)
      parameter.value = try parameter.layout.tensor(
        fromCheckpoint: Formula.weight(key, shape), shape)
    }
    return layer
  }

  private func numbers(_ layer: Module, _ key: String) throws -> [Double] {
    let found = try #require(layer.parameters.first { $0.key == key })
    return found.parameter.value.values.map { Double($0) }
  }

  @Test func layerNormIsItsDefinition() throws {
    let layer = try filled(LayerNorm(6, epsilon: 1e-2))
    let x = try Formula.tensor("x", [2, 3, 6])
    let (gamma, beta) = (try numbers(layer, "weight"), try numbers(layer, "bias"))
    var expected: [Double] = []
    for row in 0..<6 {
      let line = (0..<6).map { Double(x.values[row * 6 + $0]) }
      let mean = line.reduce(0, +) / 6
      let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 6
      expected += line.enumerated().map { index, number in
        (number - mean) / (variance + 1e-2).squareRoot() * gamma[index] + beta[index]
      }
    }
    let found = try layer(x, .evaluation).values.map { Double($0) }
    #expect(disagreement(found, expected, relative: 1e-5, absolute: 1e-6) == nil)
    let error = #expect(throws: ShapeError.self) {
      try layer(Tensor(zeros: [2, 5]), .evaluation)
    }
    #expect(error?.path == "part")
    #expect(layer.parameters.allSatisfy { !$0.parameter.decays })
  }

  @Test(arguments: [Activation.none, .relu, .gelu, .hardSwish, .tanh])
  func mlpIsTwoDenseLayers(_ activation: Activation) throws {
    let layer = try filled(Mlp(4, hidden: 5, activation: activation))
    #expect(layer.parameters.map(\.key) == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"])
    let x = try Formula.tensor("x", [2, 3, 4], scale: 4)
    let values = layer.parameters.map(\.parameter.value)
    let hidden = try activation(matmul(x, values[0]) + values[1])
    let expected = try matmul(hidden, values[2]) + values[3]
    let found = try layer(x, .evaluation)
    #expect(disagreement(found, expected, relative: 1e-5, absolute: 1e-6) == nil)
    // What is asked for by name is the dense layer's own output, without the activation.
    let context = Context(features: ["part.fc1", "part"])
    let again = try layer(x, context)
    #expect(disagreement(again, found, relative: 1e-6, absolute: 1e-6) == nil)
    let bare = try matmul(x, values[0]) + values[1]
    let seen = try #require(context.features["part.fc1"])
    #expect(disagreement(seen, bare, relative: 1e-5, absolute: 1e-6) == nil)
  }

  @Test func attentionIsItsDefinition() throws {
    let (width, heads, tokens) = (6, 2, 4)
    let layer = try filled(Attention(width, heads: heads))
    let x = try Formula.tensor("x", [2, tokens, width], scale: 3)
    let values = layer.parameters.map(\.parameter.value)
    let packed = try (matmul(x, values[0]) + values[1]).values.map { Double($0) }
    func part(_ which: Int, _ image: Int, _ token: Int, _ head: Int, _ place: Int) -> Double {
      packed[(image * tokens + token) * 3 * width + which * width + head * 3 + place]
    }
    var mixed: [Float] = []
    for image in 0..<2 {
      for query in 0..<tokens {
        for head in 0..<heads {
          let scores = (0..<tokens).map { key in
            (0..<3).reduce(0) {
              $0 + part(0, image, query, head, $1) * part(1, image, key, head, $1)
            } / 3.0.squareRoot()
          }
          let weights = scores.map { exp($0) }
          let total = weights.reduce(0, +)
          for place in 0..<3 {
            let sum = (0..<tokens).reduce(0) {
              $0 + weights[$1] * part(2, image, $1, head, place)
            }
            mixed.append(Float(sum / total))
          }
        }
      }
    }
    let expected = try matmul(Tensor(mixed, [2, tokens, width]), values[2]) + values[3]
    let found = try layer(x, .evaluation)
    #expect(disagreement(found, expected, relative: 1e-5, absolute: 1e-5) == nil)
    #expect(layer.multiplications(input: [2, 4, 6], output: [2, 4, 6]) == 2 * 2 * 4 * 4 * 6)
  }

  @Test func patchesAreCutRowByRow() throws {
    let layer = try filled(PatchEmbed(channels: 2, width: 3, size: 7, patch: 3))
    #expect(layer.grid == 2)
    let x = try Formula.tensor("x", [2, 7, 7, 2])
    let weight = try #require(layer.parameters.first).parameter.value
    let bias = try numbers(layer, "proj.bias")
    let rows = try matmul(
      try x.slice(0..<6, axis: 1).slice(0..<6, axis: 2).reshaped([2, 2, 3, 2, 3, 2])
        .transposed([0, 1, 3, 2, 4, 5]).reshaped([2, 4, 18]),
      weight.reshaped([18, 3]))
    let expected = try rows + Tensor(bias.map { Float($0) }, [3])
    let found = try layer.sequence(x, .evaluation)
    #expect(disagreement(found, expected, relative: 1e-5, absolute: 1e-6) == nil)
    #expect(try layer(x, .evaluation).shape == [2, 2, 2, 3])
    for shape in [[2, 7, 6, 2], [2, 8, 7, 2], [2, 7, 7, 3], [7, 7, 2], [0]] {
      let error = #expect(throws: ShapeError.self, "\(shape)") {
        try layer.sequence(Tensor(zeros: shape), .evaluation)
      }
      #expect(error?.path.hasPrefix("part") == true)
    }
  }

  @Test func tokensArePooled() throws {
    let x = try Tensor([1, 2, 3, 4, 5, 6], [1, 3, 2])
    #expect(try TokenPool(token: 1)(x, .evaluation).values == [3, 4])
    #expect(try TokenPool()(x, .evaluation).values == [3, 4])
    #expect(throws: ShapeError.self) { try TokenPool()(Tensor(zeros: [2, 2]), .evaluation) }
    #expect(throws: ShapeError.self) {
      try TokenPool(token: 0)(Tensor(zeros: [2, 0, 3]), .evaluation)
    }
  }

  @Test func branchesAreLeftOutForWholeSamples() throws {
    #expect(DropPath(0) == nil)
    let layer = try #require(DropPath(0.25))
    layer.name(from: "part")
    let x = try Formula.tensor("x", [400, 2, 3]) + Float(1)
    #expect(try layer(x, .evaluation).sharesStorage(with: x))
    func drawn(_ step: Int, seed: UInt64 = 1) throws -> [Float] {
      try layer(x, Context(isTraining: true, seed: seed, step: step)).values
    }
    let first = try drawn(0)
    var kept = 0
    for sample in 0..<400 {
      let range = sample * 6..<(sample + 1) * 6
      let scales = range.map { first[$0] / x.values[$0] }
      let isKept = scales[0] > 0
      kept += isKept ? 1 : 0
      #expect(scales.allSatisfy { abs($0 - (isKept ? 4 / 3 : 0)) < 1e-6 })
    }
    // Four standard deviations of 400 draws around 300.
    #expect(abs(kept - 300) < 35)
    #expect(try drawn(0) == first && drawn(1) != first && drawn(0, seed: 2) != first)
  }

  @Test func residualsMayBeLeftOut() throws {
    let x = Tensor(repeating: 2, [3, 4])
    let branch = Tensor(repeating: 1, [3, 4])
    #expect(try x.adding(branch, nil, .evaluation).values == Array(repeating: 3, count: 12))
    let always = try #require(DropPath(1))
    let training = Context(isTraining: true)
    #expect(try x.adding(branch, always, training).values == x.values)
    #expect(try x.adding(branch, always, .evaluation).values == Array(repeating: 3, count: 12))
  }

  @Test func ratesGrowEvenly() {
    #expect(DropPath.rates(0.5, depth: 3) == [0, 0.25, 0.5])
    #expect(DropPath.rates(0.5, depth: 1) == [0])
    #expect(DropPath.rates(0, depth: 2) == [0, 0])
    #expect(DropPath.rates(0.5, depth: 0).isEmpty)
  }
}
