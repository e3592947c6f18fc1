import Testing

@testable import Tensors

@Suite("Memory of a training step")
struct PoolTests {
  /// Whether steps after the third take nothing more from the system. Other tests take memory at
  /// the same time, so one quiet stretch among many is enough; a step that always takes some never
  /// has one.
  private func settles(_ step: () throws -> Void) throws -> Bool {
    for _ in 0..<3 { try step() }
    for _ in 0..<100 {
      let before = MemoryUse.current.systemAllocations
      for _ in 0..<2 { try step() }
      if MemoryUse.current.systemAllocations == before { return true }
    }
    return false
  }

  @Test("a convolutional network: no system allocation once it runs")
  func convolutional() throws {
    let images = noise([8, 16, 16, 3], seed: 1)
    let labels = try Labels((0..<8).map { Int32($0 % 5) }, [8])
    var state = [
      noise([3, 3, 3, 16], seed: 2), noise([16], seed: 3), noise([16], seed: 4),
      noise([3, 3, 16, 32], seed: 5), noise([32], seed: 6), noise([32], seed: 7),
      noise([3, 3, 1, 32], seed: 8), noise([32, 5], seed: 9), noise([5], seed: 10),
    ]
    func step() throws {
      let w = state.map { $0.variable() }
      var x = try convolution(images, w[0], ConvolutionWindow(stride: 2, padding: 1))
      x =
        try batchNormTrained(
          x, weight: w[1], bias: w[2], epsilon: 1e-5, activation: .hardSwish
        ).output
      x = try convolution(x, w[3], ConvolutionWindow(padding: 1))
      x = try batchNormTrained(x, weight: w[4], bias: w[5], epsilon: 1e-5, activation: .relu).output
      x = try x + convolution(x, w[6], ConvolutionWindow(padding: 1, groups: 32))
      x = try maxPool(x, kernel: 2)
      let logits = try linear(globalAveragePool(x), weight: w[7], bias: w[8])
      let found = try gradients(of: crossEntropy(logits, labels), withRespectTo: w)
      state = try zip(state, found).map { try $0 - $1 * 0.01 }
    }
    #expect(try settles(step))
  }

  @Test("a transformer: no system allocation once it runs")
  func transformer() throws {
    let tokens = noise([4, 17, 32], seed: 1)
    let labels = try Labels((0..<4).map { Int32($0) }, [4])
    var state = [
      noise([32], seed: 2), noise([32], seed: 3), noise([32, 96], seed: 4), noise([96], seed: 5),
      noise([32, 64], seed: 6), noise([64], seed: 7), noise([64, 32], seed: 8),
      noise([32, 4], seed: 9),
    ]
    func step() throws {
      let w = state.map { $0.variable() }
      let normed = try layerNorm(tokens, weight: w[0], bias: w[1])
      let mixed = try attention(qkv: linear(normed, weight: w[2], bias: w[3]), heads: 4, scale: 0.3)
      let hidden = try linear(tokens + mixed, weight: w[4], bias: w[5], activation: .gelu)
      let pooled = try (mixed + linear(hidden, weight: w[6])).mean(axes: [1])
      let logits = try linear(pooled, weight: w[7])
      let found = try gradients(of: crossEntropy(logits, labels), withRespectTo: w)
      state = try zip(state, found).map { try $0 - $1 * 0.01 }
    }
    #expect(try settles(step))
  }

  @Test("a step's activations are given back when its gradient has been taken")
  func freed() throws {
    let x = noise([64, 1000], seed: 1)
    let w = noise([1000, 1000], seed: 2).variable()
    let y = try linear(x, weight: w, activation: .gelu)
    let loss = try linear(y, weight: w, activation: .gelu).sum()
    #expect(loss.node?.inputs.isEmpty == false)
    _ = try gradients(of: loss, withRespectTo: [w])
    #expect(loss.node?.inputs.isEmpty == true)
    #expect(y.node?.inputs.isEmpty == true)
    #expect(y.node?.pullback == nil)
  }
}
