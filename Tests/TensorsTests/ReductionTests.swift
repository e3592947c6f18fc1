import Testing

@testable import Tensors

@Suite("Reductions")
struct ReductionTests {
  static let cases: [(shape: [Int], axes: [Int]?)] = [
    ([7], nil), ([3, 5], nil), ([3, 5], [0]), ([3, 5], [1]), ([3, 5], [-1]), ([2, 3, 4], [1]),
    ([2, 3, 4], [0, 2]), ([2, 3, 4, 5], [0, 1, 2]), ([2, 3, 4, 5], [1, 3]), ([4, 1, 3], [1]),
    ([2, 33, 17], [0, 1]), ([1, 1], nil), ([], nil), ([3, 5], []), ([100, 3], [0]),
  ]

  /// Sums and extremes by walking every index.
  private func reference(
    _ x: Tensor, _ axes: [Int]?, _ start: Double, _ step: (Double, Double) -> Double
  ) -> [Double] {
    let set = Set((axes ?? Array(0..<x.rank)).map { $0 < 0 ? $0 + x.rank : $0 })
    let kept = x.shape.enumerated().filter { !set.contains($0.offset) }.map(\.element)
    var result = Array(repeating: start, count: kept.elementCount)
    for (flat, value) in x.values.enumerated() {
      var (rest, place, stride) = (flat, 0, 1)
      for axis in x.shape.indices.reversed() {
        let index = rest % x.shape[axis]
        rest /= x.shape[axis]
        if set.contains(axis) { continue }
        place += index * stride
        stride *= x.shape[axis]
      }
      result[place] = step(result[place], Double(value))
    }
    return result
  }

  @Test("values over any axes", arguments: cases.indices)
  func values(index: Int) throws {
    let (shape, axes) = ReductionTests.cases[index]
    let x = noise(shape, seed: 11)
    func check(_ found: Tensor, _ expected: [Double]) throws {
      #expect(isClose(found, try Tensor(expected.map { Float($0) }, found.shape)))
    }
    let sums = reference(x, axes, 0, +)
    let samples = Double(max(1, x.count)) / Double(max(1, sums.count))
    try check(try x.sum(axes: axes), sums)
    try check(try x.mean(axes: axes), sums.map { $0 / samples })
    try check(try x.max(axes: axes), reference(x, axes, -.infinity, max))
    try check(try x.min(axes: axes), reference(x, axes, .infinity, min))
    let kept = try x.sum(axes: axes, keepingAxes: true)
    #expect(kept.rank == x.rank && kept.count == sums.count)
    #expect(try x.variance(axes: axes).values.allSatisfy { $0 >= 0 })
  }

  @Test("derivatives of first and second order", arguments: cases.indices)
  func derivatives(index: Int) throws {
    let (shape, axes) = ReductionTests.cases[index]
    let inputs = [noise(shape, seed: 12)]
    try checkGradients(inputs) { try $0[0].square().sum(axes: axes) }
    try checkGradients(inputs) { try $0[0].exp().mean(axes: axes, keepingAxes: true) }
    try checkGradients(inputs) { try $0[0].variance(axes: axes).square() }
    // Numbers apart from each other, so that no step changes which is largest.
    let order = Random.permutation(inputs[0].count, seed: 1, stream: 2)
    let apart = try Tensor(order.map { Float($0) * 0.1 + 1 }, shape)
    try checkGradients([apart], step: 0.01) { try $0[0].log().max(axes: axes).square() }
  }

  @Test("long sums keep their digits")
  func accuracy() throws {
    let count = 3_000_001
    let x = noise([count], seed: 13, in: 0..<1)
    let exact = x.values.reduce(0.0) { $0 + Double($1) }
    #expect(abs(Double(try x.sum().scalar) - exact) <= 1e-7 * exact)
    #expect(abs(Double(try x.mean().scalar) * Double(count) - exact) <= 1e-7 * exact)
    let columns = try x.slice(0..<(1_000_000)).reshaped([500_000, 2]).sum(axes: [0])
    let numbers = x.values
    let even = stride(from: 0, to: 1_000_000, by: 2).reduce(0.0) { $0 + Double(numbers[$1]) }
    #expect(abs(Double(columns.values[0]) - even) <= 2e-7 * even)
  }

  @Test("equal extremes share the gradient; NaN wins")
  func ties() throws {
    let x = try Tensor([1, 3, 3, 2], [2, 2]).variable()
    let slope = try gradients(of: try x.max(), withRespectTo: [x])[0]
    #expect(slope.values == [0, 0.5, 0.5, 0])
    let broken = try Tensor([1, .nan, 3, 4, 5, 6, 7], [7])
    #expect(try broken.max().scalar.isNaN)
    #expect(try broken.min().scalar.isNaN)
    #expect(try broken.argmax().values == [1])
  }

  @Test("argmax takes the first of equals")
  func argmax() throws {
    let x = try Tensor([1, 3, 3, 9, 2, 1, -5, -4, -3], [3, 3])
    #expect(try x.argmax() == Labels([1, 0, 2]))
    let wide = noise([5, 1000], seed: 2)
    let expected = (0..<5).map { row -> Int32 in
      let values = Array(wide.values[(row * 1000)..<((row + 1) * 1000)])
      return Int32(values.firstIndex(of: values.max() ?? 0) ?? -1)
    }
    #expect(try wide.argmax().values == expected)
  }

  @Test("scalar products and norms")
  func products() throws {
    let (a, b) = (noise([70_001], seed: 1), noise([70_001], seed: 2))
    let exact = zip(a.values, b.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let found = try a.dot(b)
    #expect(abs(found - exact) < 1e-3)
    #expect(abs(a.squaredNorm - a.values.reduce(0.0) { $0 + Double($1) * Double($1) }) < 1e-2)
  }

  @Test("every instruction set")
  func instructionSets() throws {
    let x = noise([37, 5, 19], seed: 4)
    let expected = reference(x, [0, 2], 0, +)
    try forEachInstructionSet {
      let found = try x.sum(axes: [0, 2])
      #expect(isClose(found, try Tensor(expected.map { Float($0) }, [5])))
      #expect(try x.max().scalar == x.values.max())
      #expect(try x.min().scalar == x.values.min())
    }
  }

  @Test("the same bits for any number of threads")
  func threads() throws {
    for (shape, axes) in [
      ([400_000], [0]), ([1000, 300], [0]), ([1000, 300], [1]), ([50, 60, 70], [0, 2]),
      ([100_000, 3], [0]),
    ] {
      let x = noise(shape, seed: 5)
      try checkThreads {
        let variable = x.variable()
        let y = try variable.square().mean(axes: axes)
        let seed = noise(y.shape, seed: 6)
        return [y, try x.max(axes: axes)]
          + (try gradients(of: y, withRespectTo: [variable], seed: seed))
      }
    }
  }

  @Test("axes that are not there")
  func errors() {
    let x = Tensor(zeros: [2, 0])
    #expect(throws: ShapeError.self) { _ = try x.sum(axes: [2]) }
    #expect(throws: ShapeError.self) { _ = try x.mean(axes: [-3]) }
    #expect(throws: ShapeError.self) { _ = try x.max() }
    #expect(throws: ShapeError.self) { _ = try x.argmax() }
  }
}
