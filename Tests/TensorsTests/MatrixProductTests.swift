import Testing

@testable import Tensors

/// One product to check: op(a) [m, k] times op(b) [k, n], with or without a batch.
struct MatrixProductCase: CustomTestStringConvertible, Sendable {
  var m: Int
  var k: Int
  var n: Int
  var leftBatch: [Int] = []
  var rightBatch: [Int] = []
  var transposeA = false
  var transposeB = false

  var testDescription: String {
    "\(leftBatch)\(m)×\(k)\(transposeA ? "ᵀ" : "") · \(rightBatch)\(k)×\(n)\(transposeB ? "ᵀ" : "")"
  }

  var a: Tensor {
    MultilinearCheck.numbers(leftBatch + (transposeA ? [k, m] : [m, k]), testDescription + "a")
  }
  var b: Tensor {
    MultilinearCheck.numbers(rightBatch + (transposeB ? [n, k] : [k, n]), testDescription + "b")
  }
  var batch: [Int] { leftBatch.isEmpty ? rightBatch : leftBatch }

  static let all: [MatrixProductCase] = {
    let sizes = [(1, 1, 1), (5, 3, 17), (40, 24, 10), (13, 70, 65), (3, 130, 100)]
    let batches: [([Int], [Int])] = [
      ([], []), ([3], [3]), ([2, 3], [2, 3]), ([4], []), ([], [4]),
    ]
    return sizes.flatMap { size in
      batches.flatMap { batch in
        [(false, false), (false, true), (true, false), (true, true)].map { ta, tb in
          MatrixProductCase(
            m: size.0, k: size.1, n: size.2, leftBatch: batch.0, rightBatch: batch.1,
            transposeA: ta, transposeB: tb)
        }
      }
    }
  }()

  /// The product by its definition, in double precision.
  var plain: [Double] {
    let (a, b) = (a.values, b.values)
    var product: [Double] = []
    for image in 0..<batch.elementCount {
      let left = leftBatch.isEmpty ? 0 : image * m * k
      let right = rightBatch.isEmpty ? 0 : image * k * n
      for i in 0..<m {
        for j in 0..<n {
          product.append(
            (0..<k).reduce(0.0) { sum, t in
              let x = a[left + (transposeA ? t * m + i : i * k + t)]
              let y = b[right + (transposeB ? j * k + t : t * n + j)]
              return sum + Double(x) * Double(y)
            })
        }
      }
    }
    return product
  }
}

@Suite(.serialized) struct MatrixProductTests {
  @Test(arguments: MatrixProductCase.all)
  func productsAgreeWithTheirDefinition(_ c: MatrixProductCase) throws {
    let expected = c.plain
    for level: Int32 in 1...3 {
      try KernelJob.$instructionSet.withValue(level) {
        let product = try matmul(c.a, c.b, transposeA: c.transposeA, transposeB: c.transposeB)
        #expect(product.shape == c.batch + [c.m, c.n])
        #expect(MultilinearCheck.error(product, expected) < 1e-5)
      }
    }
  }

  @Test(arguments: MatrixProductCase.all.filter { $0.m * $0.k * $0.n < 20_000 })
  func firstAndSecondDerivativesAgreeWithDifferences(_ c: MatrixProductCase) throws {
    try MultilinearCheck.derivatives(c.testDescription, [c.a, c.b]) {
      try matmul($0[0], $0[1], transposeA: c.transposeA, transposeB: c.transposeB)
    }
  }

  @Test func longSumsAreCutIntoBlocks() throws {
    for (ta, tb) in [(false, false), (false, true), (true, false), (true, true)] {
      let c = MatrixProductCase(m: 9, k: 1500, n: 33, transposeA: ta, transposeB: tb)
      let product = try matmul(c.a, c.b, transposeA: ta, transposeB: tb)
      #expect(MultilinearCheck.error(product, c.plain) < 2e-5)
    }
  }

  @Test(arguments: [[6, 5], [2, 3, 5], [5]])
  func denseLayerHasDerivatives(_ shape: [Int]) throws {
    let x = MultilinearCheck.numbers(shape, "x")
    let w = MultilinearCheck.numbers([5, 7], "w")
    let bias = MultilinearCheck.numbers([7], "bias")
    let y = try linear(x, weight: w, bias: bias)
    #expect(y.shape == shape.dropLast() + [7])
    let expected = try matmul(x.reshaped([x.count / 5, 5]), w).values.enumerated()
      .map { Double($1) + Double(bias.values[$0 % 7]) }
    #expect(MultilinearCheck.error(y, expected) < 1e-6)
    try MultilinearCheck.derivatives("linear", [x, w, bias]) {
      try linear($0[0], weight: $0[1], bias: $0[2])
    }
    try MultilinearCheck.derivatives("linear without bias", [x, w]) {
      try linear($0[0], weight: $0[1])
    }
  }

  @Test func bitsDoNotDependOnThreads() throws {
    let sizes = [(300, 64, 70), (64, 900, 10), (1, 500, 100), (100, 700, 200)]
    for (m, k, n) in sizes {
      for transposeA in [false, true] {
        let c = MatrixProductCase(m: m, k: k, n: n, transposeA: transposeA)
        try MultilinearCheck.threads(c.testDescription) {
          [try matmul(c.a, c.b, transposeA: transposeA)]
        }
      }
    }
  }

  @Test(
    arguments: [[7, 33], [2, 3, 16], [130, 5]],
    [Activation.relu, .relu6, .gelu, .silu, .hardSwish, .tanh])
  func anActivationBehindADenseLayer(shape: [Int], activation: Activation) throws {
    let width = shape[shape.count - 1]
    let inputs = [
      try noise(shape, seed: 1) * 3, noise([width, 21], seed: 2), noise([21], seed: 3),
    ]
    let seed = noise(Array(shape.dropLast()) + [21], seed: 4)
    let b = inputs.map { $0.variable() }
    let steps = try activation(linear(b[0], weight: b[1], bias: b[2]))
    let expected = try gradients(of: steps, withRespectTo: b, seed: seed)
    try forEachInstructionSet {
      let plain = try linear(
        inputs[0], weight: inputs[1], bias: inputs[2], activation: activation)
      #expect(isClose(plain, steps, relative: 1e-5, absolute: 1e-5))
      for tape in [TapeUse.release, .differentiate] {
        let a = inputs.map { $0.variable() }
        let fused = try linear(a[0], weight: a[1], bias: a[2], activation: activation)
        #expect(isClose(fused, steps, relative: 1e-5, absolute: 1e-5))
        let found = try gradients(of: fused, withRespectTo: a, seed: seed, tape: tape)
        for (one, other) in zip(found, expected) {
          #expect(isClose(one, other, relative: 1e-4, absolute: 1e-4), "\(activation)")
        }
      }
    }
    guard activation == .gelu || activation == .silu else { return }
    let small = try inputs.map { try $0 * 0.3 }
    try checkGradients(small) {
      try linear($0[0], weight: $0[1], bias: $0[2], activation: activation)
    }
    try MultilinearCheck.threads("\(shape)") {
      let a = inputs.map { $0.variable() }
      let y = try linear(a[0], weight: a[1], bias: a[2], activation: activation)
      return try [y] + gradients(of: y, withRespectTo: a, seed: seed)
    }
  }

  @Test func emptySumsAreZero() throws {
    let product = try matmul(Tensor(zeros: [3, 0]), Tensor(zeros: [0, 4]))
    #expect(product.values == Array(repeating: 0, count: 12))
    let outer = try matmul(Tensor(zeros: [0, 3]), Tensor(zeros: [0, 4]), transposeA: true)
    #expect(outer.values == Array(repeating: 0, count: 12))
    #expect(try matmul(Tensor(zeros: [0, 3]), Tensor(zeros: [3, 4])).shape == [0, 4])
  }

  @Test func shapesThatDisagreeAreNamed() throws {
    let a = Tensor(zeros: [3, 4])
    let b = Tensor(zeros: [5, 6])
    let error = #expect(throws: ShapeError.self) { try matmul(a, b) }
    #expect(error?.message == "matrices [3, 4] and [5, 6] cannot be multiplied")
    #expect(throws: ShapeError.self) { try matmul(Tensor(zeros: [4]), b) }
    #expect(throws: ShapeError.self) {
      try matmul(Tensor(zeros: [2, 3, 4]), Tensor(zeros: [3, 4, 5]))
    }
    #expect(throws: ShapeError.self) { try linear(a, weight: b) }
    #expect(throws: ShapeError.self) {
      try linear(a, weight: Tensor(zeros: [4, 2]), bias: Tensor(zeros: [4]))
    }
  }
}
