import Testing

@testable import Tensors

@Suite("Arithmetic and broadcasting")
struct ArithmeticTests {
  /// Shapes that go together in every way: same, row, column, inner axis, both repeated, scalar.
  static let shapes: [([Int], [Int])] = [
    ([7], [7]), ([3, 5], [5]), ([5], [3, 5]), ([3, 5], [3, 1]), ([2, 3, 4, 17], [17]),
    ([2, 3, 4, 5], [2, 1, 1, 5]), ([2, 3, 4, 5], [3, 1, 5]), ([4, 1], [1, 6]), ([2, 3], []),
    ([1], [2, 1, 3]), ([2, 1, 3, 1], [1, 4, 1, 5]), ([1, 1], [1]), ([3, 33], [3, 33]),
  ]

  @Test("values of all operators with broadcasting", arguments: shapes.indices)
  func values(index: Int) throws {
    let (left, right) = ArithmeticTests.shapes[index]
    let (a, b) = (noise(left, seed: 1), noise(right, seed: 2, in: 0.5..<2))
    try check(a, b, try a + b) { $0 + $1 }
    try check(a, b, try a - b) { $0 - $1 }
    try check(a, b, try a * b) { $0 * $1 }
    try check(a, b, try a / b) { $0 / $1 }
    try check(a, b, try maximum(a, b), max)
    try check(a, b, try minimum(a, b), min)
    try check(a, b, try a.isGreater(than: b)) { $0 > $1 ? 1 : 0 }
  }

  /// Walks the common shape one index at a time.
  private func check(
    _ a: Tensor, _ b: Tensor, _ found: Tensor, sourceLocation: SourceLocation = #_sourceLocation,
    _ function: (Float, Float) -> Float
  ) throws {
    let rank = max(a.rank, b.rank)
    let left = Array(repeating: 1, count: rank - a.rank) + a.shape
    let right = Array(repeating: 1, count: rank - b.rank) + b.shape
    let common = zip(left, right).map(max)
    #expect(found.shape == common, sourceLocation: sourceLocation)
    var expected: [Float] = []
    let (first, second) = (a.values, b.values)
    for flat in 0..<common.elementCount {
      var (rest, placeA, placeB, stepA, stepB) = (flat, 0, 0, 1, 1)
      for axis in common.indices.reversed() {
        let index = rest % common[axis]
        rest /= common[axis]
        placeA += left[axis] == 1 ? 0 : index * stepA
        placeB += right[axis] == 1 ? 0 : index * stepB
        stepA *= left[axis]
        stepB *= right[axis]
      }
      expected.append(function(first[placeA], second[placeB]))
    }
    #expect(found.values == expected, sourceLocation: sourceLocation)
  }

  @Test("derivatives of first and second order", arguments: shapes.indices)
  func derivatives(index: Int) throws {
    let (left, right) = ArithmeticTests.shapes[index]
    let inputs = [noise(left, seed: 3), noise(right, seed: 4, in: 0.7..<2)]
    try checkGradients(inputs) { try $0[0] + $0[1] }
    try checkGradients(inputs) { try $0[0] - $0[1] }
    try checkGradients(inputs) { try $0[0] * $0[1] }
    try checkGradients(inputs) { try $0[0] / $0[1] }
    try checkGradients(inputs) { try ($0[0] * $0[1]) * $0[0] }
  }

  @Test(
    "a number for each image and channel", arguments: [[2, 5, 3, 19], [3, 9, 9, 70], [2, 7, 4]])
  func gate(shape: [Int]) throws {
    var narrow = shape
    for axis in 1..<(shape.count - 1) { narrow[axis] = 1 }
    let inputs = [noise(shape, seed: 1), noise(narrow, seed: 2)]
    try forEachInstructionSet {
      try checkGradients(inputs) { try $0[0] * $0[1] }
      try checkGradients(inputs, order: 1) { try $0[1] * $0[0] }
    }
    try checkThreads {
      let v = inputs.map { $0.variable() }
      return try gradients(
        of: v[0] * v[1], withRespectTo: v, seed: noise(shape, seed: 3))
    }
  }

  @Test("one number on either side")
  func numbers() throws {
    let x = try Tensor([1, 2, 4], [3])
    #expect(try (x + 1).values == [2, 3, 5])
    #expect(try (1 + x).values == [2, 3, 5])
    #expect(try (x - 1).values == [0, 1, 3])
    #expect(try (1 - x).values == [0, -1, -3])
    #expect(try (x * 3).values == [3, 6, 12])
    #expect(try (3 * x).values == [3, 6, 12])
    #expect(try (x / 2).values == [0.5, 1, 2])
    #expect(try (2 / x).values == [2, 1, 0.5])
    try checkGradients([noise([5], seed: 6, in: 0.5..<2)]) { try 2 / ($0[0] * 3 - 0.1) + 1 }
    try checkGradients([noise([5], seed: 6, in: 0.5..<2)]) { try 1 - (2 + $0[0] / 3) * $0[0] }
  }

  @Test("larger, smaller and chosen numbers")
  func choices() throws {
    let a = try Tensor([1, 5, 2, .nan], [4])
    let b = try Tensor([3, 4, 2, 1], [4])
    #expect(isClose(try maximum(a, b), try Tensor([3, 5, 2, .nan], [4])))
    #expect(isClose(try minimum(a, b), try Tensor([1, 4, 2, .nan], [4])))
    let variables = [
      try Tensor([1, 5, 2], [3]).variable(), try Tensor([3, 4, 2], [3]).variable(),
    ]
    let slopes = try gradients(
      of: try maximum(variables[0], variables[1]), withRespectTo: variables,
      seed: Tensor(repeating: 1, [3]))
    #expect(slopes[0].values == [0, 1, 0.5])
    #expect(slopes[1].values == [1, 0, 0.5])
    let mask = try Tensor([1, 0, 1, 0], [4])
    #expect(try Tensor.select(mask, a, b).values == [1, 4, 2, 1])
    try checkGradients([noise([4], seed: 1), noise([4], seed: 2)]) {
      try Tensor.select(mask, $0[0], $0[1]) * $0[0]
    }
  }

  @Test("shapes that do not go together are named")
  func errors() throws {
    let a = Tensor(zeros: [2, 3])
    let b = Tensor(zeros: [4])
    let error = #expect(throws: ShapeError.self) { _ = try a + b }
    #expect(error?.message == "+: the shapes [2, 3] and [4] do not go together")
    #expect(throws: ShapeError.self) { _ = try a * Tensor(zeros: [3, 3]) }
    #expect(throws: ShapeError.self) { _ = try Tensor.select(a, a, b) }
    #expect(throws: ShapeError.self) { _ = try a.dot(b) }
  }

  @Test("empty tensors")
  func empty() throws {
    let a = Tensor(zeros: [0, 3])
    #expect(try (a + Tensor(zeros: [3])).shape == [0, 3])
    #expect(try (a * a).count == 0)
    #expect(try a.sum().values == [0])
    #expect(try a.sum(axes: [0]).values == [0, 0, 0])
  }

  @Test("the same bits for any number of threads")
  func threads() throws {
    for (left, right) in [
      ([300, 257], [257]), ([300, 257], [300, 1]), ([8, 1, 65], [8, 300, 65]),
    ] {
      let (a, b) = (noise(left, seed: 1), noise(right, seed: 2, in: 0.5..<2))
      try checkThreads {
        let variables = [a.variable(), b.variable()]
        let y = try variables[0] * variables[1] + variables[0] / variables[1]
        return [y]
          + (try gradients(of: y, withRespectTo: variables, seed: noise(y.shape, seed: 3)))
      }
    }
  }
}
