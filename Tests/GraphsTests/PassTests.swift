import Graphs
import Layers
import Tensors
import Testing

/// Each pass keeps what is computed, and does what it is there for.
@Suite struct PassTests {
  /// A network given as a function of its input.
  final class Network: Module {
    let compute: (Tensor) throws -> Tensor

    init(_ compute: @escaping (Tensor) throws -> Tensor) { self.compute = compute }

    override func forward(_ x: Tensor, _ context: Context) throws -> Tensor { try compute(x) }
  }

  private func draw(_ shape: [Int], _ stream: UInt64, in range: Range<Float> = -1..<1) -> Tensor {
    Random.uniform(shape, in: range, seed: 5, stream: stream)
  }

  /// The names that are left after optimising; the results are held against the plain ones.
  private func left(
    _ image: [Int], tolerance: Float = 3e-6, _ compute: @escaping (Tensor) throws -> Tensor
  ) throws -> [String] {
    let network = Network(compute)
    network.name()
    let graph = try Graph(tracing: network, image: image)
    let planned = try PlannedGraph(graph)
    for batch in [1, 4] {
      let x = draw([batch] + image, 99)
      let plain = try compute(x)
      for other in [try graph([x])[0], try planned.graph([x])[0], try planned([x])[0]] {
        #expect(other.shape == plain.shape)
        #expect(largestDifference(other, plain) <= tolerance * largest(plain))
      }
    }
    return planned.graph.operations.map(\.primitive.name)
  }

  private func norm(_ x: Tensor, _ stream: UInt64) throws -> Tensor {
    let c = x.shape[x.rank - 1]
    return try batchNormEvaluated(
      x, weight: draw([c], stream), bias: draw([c], stream + 1), mean: draw([c], stream + 2),
      variance: draw([c], stream + 3, in: 0.1..<2), epsilon: 1e-5)
  }

  @Test(arguments: [1, 2, 4])
  func normsFoldIntoConvolutionsInFront(groups: Int) throws {
    let w = draw([3, 3, 4 / groups, 8], 1)
    let b = draw([8], 2)
    let window = ConvolutionWindow(padding: 1, groups: groups)
    let names = try left([6, 7, 4]) { x in
      try self.norm(convolution(x, w, bias: b, window), 3).relu()
    }
    #expect(names == ["convolution"])
  }

  @Test func normsFoldIntoDenseLayersAndIntoEachOther() throws {
    let w = draw([4, 8], 1)
    let first = try left([4]) { x in try self.norm(linear(x, weight: w), 3) }
    #expect(first == ["linear"])
    let twice = try left([5, 4]) { x in try self.norm(self.norm(x.relu(), 3), 9) }
    #expect(twice == ["relu", "scale and shift"])
  }

  @Test func normsFoldForwardWhereNothingIsPadded() throws {
    let w = draw([3, 3, 4, 8], 1)
    func names(padding: Int) throws -> [String] {
      try left([6, 7, 4]) { x in
        try convolution(self.norm(x.relu(), 3), w, ConvolutionWindow(padding: padding))
      }
    }
    #expect(try names(padding: 0) == ["relu", "convolution"])
    #expect(try names(padding: 1) == ["relu", "scale and shift", "convolution"])
    let dense = draw([4, 8], 1)
    let bias = draw([8], 2)
    let linearNames = try left([3, 4]) { x in
      try linear(self.norm(x.relu(), 3), weight: dense, bias: bias)
    }
    #expect(linearNames == ["relu", "linear"])
  }

  @Test func whatIsReadTwiceStays() throws {
    let w = draw([1, 1, 4, 4], 1)
    let names = try left([6, 7, 4]) { x in
      let y = try convolution(x, w)
      return try self.norm(y, 3) + y
    }
    #expect(names == ["convolution", "scale and shift"])
  }

  @Test func sumsAndActivationsFollowTheProduct() throws {
    let w = draw([3, 3, 4, 4], 1)
    let window = ConvolutionWindow(padding: 1)
    for activation in [Activation.relu, .relu6, .gelu, .silu, .hardSwish] {
      let names = try left([6, 7, 4], tolerance: 1e-5) { x in
        try activation(x + convolution(x, w, window))
      }
      #expect(names == ["convolution"], "\(activation)")
    }
    for activation in [Activation.sigmoid, .tanh, .mish, .leakyRelu(slope: 0.1)] {
      let names = try left([6, 7, 4]) { x in try activation(x + convolution(x, w, window)) }
      #expect(names.count == 2, "\(activation)")
    }
  }

  @Test(arguments: [Activation.relu, .relu6, .gelu, .silu, .hardSwish, .tanh])
  func activationsFollowScalesThatCannotFold(activation: Activation) throws {
    let names = try left([6, 7, 4], tolerance: 1e-5) { x in
      try activation(x + self.norm(x.abs(), 3))
    }
    #expect(names.count == (activation == .tanh ? 3 : 2))
  }

  @Test func anActivationBeforeTheSumStaysBeforeIt() throws {
    let w = draw([1, 1, 4, 4], 1)
    let names = try left([6, 7, 4]) { x in try x + convolution(x, w).relu() }
    #expect(names == ["convolution", "add"])
  }

  @Test func layersOfTokensLoseTheirReshapes() throws {
    let (w, b, v) = (draw([4, 16], 1), draw([16], 2), draw([16, 4], 3))
    let scale = draw([4], 4)
    let names = try left([9, 4], tolerance: 1e-5) { x in
      let hidden = try linear(x, weight: w, bias: b).gelu()
      return try x + linear(hidden, weight: v) * scale
    }
    #expect(names == ["linear", "linear"])
  }

  @Test func movesThatUndoEachOtherGo() throws {
    let names = try left([5, 6, 4]) { x in
      let n = x.shape[0]
      let there = try x.transposed([0, 3, 1, 2]).reshaped([n, 2, 2, 5, 6]).reshaped([n, 4, 5, 6])
      return try there.transposed([0, 2, 3, 1]).abs()
    }
    #expect(names == ["absolute"])
  }

  @Test func constantsAreComputedOnce() throws {
    let table = draw([10, 4], 1)
    let names = try left([3, 4]) { x in
      try x + table.gathered(Labels([3, 4, 7])).exp() * Tensor(2)
    }
    #expect(names == ["add"])
  }

  @Test func operationsOfAllKindsAreComputedAgain() throws {
    let (a, b) = (draw([4, 6], 1), draw([5, 6], 2))
    let mask = draw([5, 6], 3)
    let names = try left([5, 6], tolerance: 1e-5) { x in
      let n = x.shape[0]
      var y = try matmul(x, a, transposeB: true).softmax()
      y = try matmul(y, x, transposeA: true)
      y = try Tensor.concatenated([y, x.slice(1..<3, axis: 1)], along: 1)
      y = try y.padded(axis: 2, before: 1, after: 2, with: 0.5).flipped(axis: 2)
      y = try y.slice(1..<7, axis: 2).slice(0..<5, axis: 1)
      y = try maximum(y, b) - minimum(y.mean(axes: [1], keepingAxes: true), x)
      y = try groupNorm(y, groups: 3).clamped(-1, 1)
      y = try layerNorm(y, weight: b.slice(0..<1).reshaped([6])) / (x.square() + 1)
      let chosen = try Tensor.select(
        (mask.expanded(to: [n, 5, 6]) * x).isGreater(than: Tensor(0)), y, -x)
      return try chosen.logSoftmax().max(axes: [1])
    }
    #expect(Set(names).isSuperset(of: ["matmul", "softmax", "select", "group norm", "flip"]))
  }
}
