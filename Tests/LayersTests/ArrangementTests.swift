import Layers
import Tensors
import TestSupport
import Testing

/// Layers that move numbers about, and what is fused where nobody looks.
@Suite struct ArrangementTests {
  @Test func channelsAreDealtOut() throws {
    let x = try Tensor((0..<6).map { Float($0) }, [1, 1, 1, 6])
    let y = try ChannelShuffle(groups: 2)(x, .evaluation)
    #expect(y.values == [0, 3, 1, 4, 2, 5])
    // Dealing out again by the number of channels in a group puts them back.
    #expect(try ChannelShuffle(groups: 3)(y, .evaluation).values == x.values)
    #expect(try ChannelShuffle(groups: 1)(x, .evaluation).values == x.values)
    #expect(throws: ShapeError.self) { try ChannelShuffle(groups: 4)(x, .evaluation) }
  }

  @Test func pixelsBecomeChannels() throws {
    // Two channels: 10·row + column, and the same plus 100.
    var values: [Float] = []
    for row in 0..<4 {
      for column in 0..<4 {
        let number = Float(10 * row + column)
        values += [number, number + 100]
      }
    }
    let y = try SpaceToDepth(block: 2)(try Tensor(values, [1, 4, 4, 2]), .evaluation)
    #expect(y.shape == [1, 2, 2, 8])
    #expect(Array(y.values[0..<8]) == [0, 100, 1, 101, 10, 110, 11, 111])
    #expect(Array(y.values[8..<16]) == [2, 102, 3, 103, 12, 112, 13, 113])
    #expect(throws: ShapeError.self) {
      try SpaceToDepth(block: 4)(Tensor(zeros: [1, 6, 8, 2]), .evaluation)
    }
  }

  @Test func blurReflectsAtTheBorders() throws {
    // Rows 1, 2, 4, 8: at row 0 (2 + 2·1 + 2)/4, at row 2 (2 + 2·4 + 8)/4; the same by columns.
    let line: [Float] = [1, 2, 4, 8]
    var values: [Float] = []
    for row in line {
      for column in line { values += [row * column, 1] }
    }
    let y = try BlurPool2d(2)(try Tensor(values, [1, 4, 4, 2]), .evaluation)
    #expect(y.shape == [1, 2, 2, 2])
    #expect(y.values == [2.25, 1, 6.75, 1, 6.75, 1, 20.25, 1])
    #expect(throws: ShapeError.self) {
      try BlurPool2d(2)(Tensor(zeros: [1, 1, 4, 2]), .evaluation)
    }
  }

  @Test func averagesCountPaddingOrNot() throws {
    let x = try Tensor((1...9).map { Float($0) }, [1, 3, 3, 1])
    let counted = AvgPool2d(kernel: 3, stride: 2, padding: 1)
    #expect(try counted(x, .evaluation).values[0] == 12.0 / 9)
    let fair = AvgPool2d(kernel: 2, ceilMode: true, countsPadding: false)
    #expect(try fair(x, .evaluation).values == [3, 4.5, 7.5, 9])
  }

  /// Norm and activation in one pass give what they give one by one, and every place its value.
  @Test func fusedStepsAreObservableOneByOne() throws {
    let norm = BatchNorm2d(4)
    let network = Sequential(
      Conv2d(2, 4, kernel: 3, padding: 1), norm, Activate(.leakyRelu(slope: 0.1)),
      Conv2d(4, 4, kernel: 1), BatchNorm2d(4))
    network.name()
    network.initialize(seed: 3)
    let x = try Formula.images("x", [2, 2, 5, 5], scale: 2)
    let plain = try network(x, .evaluation)
    let context = Context(features: ["0", "1", "2", "3", "4"])
    let observed = try network(x, context)
    #expect(disagreement(plain, observed, relative: 1e-5, absolute: 1e-6) == nil)
    #expect(context.features.count == 5)
    let before = try #require(context.features["1"])
    let after = try #require(context.features["2"])
    #expect(before.values.contains { $0 < 0 })
    #expect(disagreement(before.leakyRelu(slope: 0.1), after, relative: 1e-6) == nil)
    // Only the activation is asked for: the norm in front of it stays fused, the value is the same.
    let half = Context(features: ["2"])
    _ = try network(x, half)
    let alone = try #require(half.features["2"])
    #expect(disagreement(alone, after, relative: 1e-5, absolute: 1e-6) == nil)
    #expect(half.features.count == 1)
  }

  @Test func preactivationsAreSeenByThoseWhoAsk() throws {
    final class Block: Module {
      let bn = BatchNorm2d(3)
      let preact = Preactivation()
      override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
        try bn(x, context, residual: x, preact: preact, activation: .relu)
      }
    }
    let block = Block()
    block.name()
    block.initialize(seed: 0)
    let x = try Formula.tensor("x", [2, 2, 2, 3], scale: 2)
    let asked = Context(isTraining: true, features: ["preact"])
    let y = try block(x, asked)
    let before = try #require(asked.features["preact"])
    #expect(disagreement(before.relu(), y, relative: 1e-6) == nil)
    let fused = try block(x, Context(isTraining: true))
    #expect(disagreement(fused, y, relative: 1e-5, absolute: 1e-6) == nil)
    var seen: [String] = []
    let watched = Context()
    watched.observer = { module, _, _ in seen.append(module.path) }
    _ = try block(x, watched)
    #expect(seen == ["bn", ""])
    #expect(block.state.map(\.key).allSatisfy { $0.hasPrefix("bn.") })
  }

  @Test func startingWeightsDoNotDependOnWhenTheyAreDrawn() throws {
    let (early, late) = (Conv2d(3, 8, kernel: 3), Conv2d(3, 8, kernel: 3))
    for layer in [early, late] {
      layer.name(from: "conv")
      layer.initialize(seed: 7)
    }
    let first = early.parameters.map(\.parameter.value)
    #expect(late.parameterCount == 8 * 27 + 8)
    #expect(areIdentical(first, late.parameters.map(\.parameter.value)))
    // A value that is set is not drawn over.
    let other = Conv2d(3, 8, kernel: 3)
    other.initialize(seed: 7)
    for (_, parameter) in other.parameters {
      parameter.value = Tensor(repeating: 2, parameter.shape)
    }
    #expect(other.parameters.allSatisfy { $0.parameter.value.values.allSatisfy { $0 == 2 } })
  }
}
