import Layers
import Tensors
import TestSupport
import Testing

/// Single layers against their definitions, written out plainly.
@Suite struct LayerTests {
  private func initialised<Layer: Module>(_ layer: Layer) -> Layer {
    layer.name()
    layer.initialize(seed: 5)
    return layer
  }

  @Test func denseLayerIsItsDefinition() throws {
    let layer = initialised(Linear(5, 3))
    let x = try Formula.tensor("x", [2, 4, 5])
    let y = try layer(x, .evaluation)
    #expect(y.shape == [2, 4, 3])
    let w = layer.parameters[0].parameter.value.values.map { Double($0) }
    let b = layer.parameters[1].parameter.value.values.map { Double($0) }
    let rows = x.values.map { Double($0) }
    var expected: [Double] = []
    for row in 0..<8 {
      for k in 0..<3 {
        expected.append((0..<5).reduce(b[k]) { $0 + rows[row * 5 + $1] * w[$1 * 3 + k] })
      }
    }
    let found = y.values.map { Double($0) }
    #expect(disagreement(found, expected, relative: 1e-5, absolute: 1e-6) == nil)
  }

  @Test func flattenKeepsPyTorchsOrder() throws {
    let x = try Formula.tensor("x", [2, 3, 4, 5])
    let channelsLast = try x.transposed([0, 2, 3, 1])
    let rows = try Flatten()(channelsLast, .evaluation)
    #expect(rows.shape == [2, 60])
    #expect(rows.values == x.values)
    #expect(try Flatten()(Tensor(zeros: [0, 4, 5, 3]), .evaluation).shape == [0, 0])
    #expect(throws: ShapeError.self) { try Flatten()(Tensor(1), .evaluation) }
  }

  @Test func batchNormKeepsStatisticsAsPyTorchDoes() throws {
    let layer = initialised(BatchNorm2d(2))
    let x = try Tensor([1, 10, 2, 20, 3, 30, 6, 60], [1, 2, 2, 2])
    let y = try layer(x, Context(isTraining: true))
    // Mean 3 and biased variance 3.5 of the first channel; unbiased 14/3.
    let expected = (1 - 3) / (3.5 + 1e-5).squareRoot()
    #expect(disagreement(Double(y.values[0]), expected, relative: 1e-5) == nil)
    var state: [String: [Float]] = [:]
    for (key, entry) in layer.state {
      if case .buffer(let buffer) = entry { state[key] = buffer.value.values }
    }
    #expect(
      disagreement(
        (state["running_mean"] ?? []).map { Double($0) }, [0.3, 3], relative: 1e-6) == nil)
    #expect(
      disagreement(
        (state["running_var"] ?? []).map { Double($0) },
        [0.9 + 0.1 * 14 / 3, 0.9 + 0.1 * 1400 / 3], relative: 1e-6) == nil)
    #expect(state["num_batches_tracked"] == [1])
  }

  @Test func aProbeLeavesStatisticsAlone() throws {
    let layer = initialised(BatchNorm2d(3))
    func state() -> [[UInt32]] {
      layer.state.map { _, entry in
        switch entry {
        case .parameter(let parameter): bits([parameter.value])[0]
        case .buffer(let buffer): bits([buffer.value])[0]
        }
      }
    }
    let before = state()
    let x = try Formula.tensor("x", [4, 2, 2, 3])
    _ = try layer(x, Context(isTraining: true, updatesState: false))
    _ = try layer(x, .evaluation)
    #expect(state() == before)
    _ = try layer(x, Context(isTraining: true))
    #expect(state() != before)
  }

  @Test func fusedNormIsTheStepsOneByOne() throws {
    let layer = initialised(BatchNorm2d(3))
    let x = try Formula.tensor("x", [4, 5, 5, 3], scale: 4)
    let residual = try Formula.tensor("residual", [4, 5, 5, 3], scale: 4)
    for isTraining in [false, true] {
      let context = Context(isTraining: isTraining, updatesState: false)
      let fused = try layer(x, context, residual: residual, activation: .relu)
      let steps = try (layer(x, context) + residual).relu()
      #expect(disagreement(fused, steps, relative: 1e-5, absolute: 1e-6) == nil)
    }
  }

  @Test func dropoutIsAFunctionOfSeedPathAndStep() throws {
    let layer = initialised(Dropout(0.25))
    let x = Tensor(repeating: 1, [100, 100])
    func draw(_ seed: UInt64, _ step: Int) throws -> Tensor {
      try layer(x, Context(isTraining: true, seed: seed, step: step))
    }
    let first = try draw(1, 5)
    #expect(try bits([draw(1, 5)]) == bits([first]))
    #expect(try bits([draw(2, 5)]) != bits([first]))
    #expect(try bits([draw(1, 6)]) != bits([first]))
    let kept = first.values.filter { $0 != 0 }
    #expect(kept.allSatisfy { abs($0 - 4 / 3) < 1e-6 })
    // 7,500 of 10,000 kept on average, deviation 43.
    #expect(abs(kept.count - 7500) < 250)
    #expect(try bits([layer(x, .evaluation)]) == bits([x]))
    #expect(try Dropout(1)(x, Context(isTraining: true)).values.allSatisfy { $0 == 0 })
  }

  @Test func frozenParametersGetNoGradient() throws {
    let layer = initialised(Linear(3, 2))
    layer.parameters[0].parameter.isTrainable = false
    let x = try Formula.tensor("x", [4, 3])
    let y = try layer(x, Context(isTraining: true, isRecording: true)).sum()
    let found = try gradients(
      of: y, withRespectTo: layer.parameters.map(\.parameter.tracked))
    #expect(found[0].values.allSatisfy { $0 == 0 })
    #expect(found[1].values == [4, 4])
  }

  @Test func poolingModulesShrinkAsTheySay() throws {
    let x = try Formula.tensor("x", [1, 7, 7, 2])
    #expect(try MaxPool2d(kernel: 3, stride: 2, padding: 1)(x, .evaluation).shape == [1, 4, 4, 2])
    #expect(try MaxPool2d(kernel: 2)(x, .evaluation).shape == [1, 3, 3, 2])
    #expect(
      try MaxPool2d(kernel: 2, ceilMode: true)(x, .evaluation).shape == [1, 4, 4, 2])
    #expect(try AvgPool2d(kernel: 2)(x, .evaluation).shape == [1, 3, 3, 2])
    let mean = try GlobalAvgPool()(x, .evaluation)
    #expect(mean.shape == [1, 2])
    let expected = (0..<2).map { channel in
      stride(from: channel, to: 98, by: 2).map { Double(x.values[$0]) }.reduce(0, +) / 49
    }
    #expect(
      disagreement(
        mean.values.map { Double($0) }, expected, relative: 1e-5, absolute: 1e-7) == nil)
    #expect(throws: ShapeError.self) { try MaxPool2d(kernel: 2)(Tensor(zeros: [3]), .evaluation) }
  }

  @Test func descriptionsSayTheShape() {
    #expect(Linear(64, 10).details == "64 → 10")
    #expect(
      Conv2d(3, 8, kernel: 3, stride: 2, padding: 1).details == "3 → 8, 3×3, stride 2")
    #expect(Conv2d(8, 8, kernel: 3, groups: 8).details == "8 → 8, 3×3, groups 8")
    #expect(
      Conv2d(8, 16, kernel: 3, groups: 2).multiplications(
        input: [1, 4, 4, 8], output: [1, 2, 2, 16]) == 64 * 9 * 4)
    #expect(Linear(64, 10).multiplications(input: [2, 64], output: [2, 10]) == 1280)
  }
}
