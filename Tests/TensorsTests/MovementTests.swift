import Testing

@testable import Tensors

@Suite("Movement")
struct MovementTests {
  /// 0, 1, 2, … in a shape.
  private func counted(_ shape: [Int]) throws -> Tensor {
    try Tensor((0..<shape.elementCount).map(Float.init), shape)
  }

  @Test(
    "any order of axes",
    arguments: [
      ([3, 5], [1, 0]), ([2, 3, 4], [2, 0, 1]), ([2, 3, 4], [1, 0, 2]), ([2, 3, 4], [0, 2, 1]),
      ([2, 17, 33], [0, 2, 1]), ([2, 3, 4, 5], [0, 3, 1, 2]), ([2, 3, 4, 5], [0, 2, 1, 3]),
      ([2, 3, 4, 5], [3, 2, 1, 0]), ([1, 1], [1, 0]), ([2, 3, 2, 2, 3], [4, 2, 0, 3, 1]),
    ])
  func orders(shape: [Int], axes: [Int]) throws {
    let x = try counted(shape)
    let plain = x.permutedPlainly(axes)
    let found = try x.transposed(axes)
    #expect(found.shape == plain.shape)
    #expect(found.values == plain.values)
    try checkGradients([noise(shape, seed: 1)]) { try $0[0].square().transposed(axes) }
  }

  @Test("reshaping keeps the order and shares the memory")
  func reshaping() throws {
    let x = try counted([2, 3, 4])
    let y = try x.reshaped([4, -1])
    #expect(y.shape == [4, 6])
    #expect(y.values == x.values)
    #expect(y.sharesStorage(with: x))
    #expect(try x.transposed().shape == [2, 4, 3])
    #expect(throws: ShapeError.self) { _ = try x.reshaped([5, 5]) }
    #expect(throws: ShapeError.self) { _ = try x.reshaped([5, -1]) }
    #expect(throws: ShapeError.self) { _ = try x.transposed([0, 1]) }
    #expect(throws: ShapeError.self) { _ = try x.transposed([0, 0, 1]) }
    try checkGradients([noise([2, 6], seed: 1)]) { try $0[0].square().reshaped([3, 4]) }
  }

  @Test("repeating and summing back")
  func expanding() throws {
    let x = try counted([2, 1, 3])
    let y = try x.expanded(to: [4, 2, 2, 3])
    #expect(y.shape == [4, 2, 2, 3])
    #expect(Array(y.values.prefix(12)) == [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
    #expect(try y.summed(to: [2, 1, 3]).values == x.values.map { $0 * 8 })
    #expect(try x.repeated(2, axis: 2).values == [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
    #expect(throws: ShapeError.self) { _ = try x.expanded(to: [3, 1, 3]) }
    #expect(throws: ShapeError.self) { _ = try x.summed(to: [2]) }
    try checkGradients([noise([2, 1, 3], seed: 1)]) { try $0[0].square().expanded(to: [2, 4, 3]) }
    try checkGradients([noise([2, 4, 3], seed: 1)]) { try $0[0].square().summed(to: [4, 1]) }
  }

  @Test("parts, padding, reversal")
  func parts() throws {
    let x = try counted([2, 3, 2])
    #expect(try x.slice(1..<3, axis: 1).values == [2, 3, 4, 5, 8, 9, 10, 11])
    #expect(try x.slice(1..<1, axis: 1).shape == [2, 0, 2])
    #expect(try x.entry(1).values == [6, 7, 8, 9, 10, 11])
    #expect(try x.entry(0, axis: -1).values == [0, 2, 4, 6, 8, 10])
    #expect(try x.flipped(axis: 1).values == [4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7])
    let padded = try x.padded([(0, 0), (1, 0), (0, 1)], with: 7)
    #expect(padded.shape == [2, 4, 3])
    #expect(Array(padded.values.prefix(12)) == [7, 7, 7, 0, 1, 7, 2, 3, 7, 4, 5, 7])
    #expect(throws: ShapeError.self) { _ = try x.slice(2..<4, axis: 1) }
    #expect(throws: ShapeError.self) { _ = try x.slice(0..<1, axis: 3) }
    #expect(throws: ShapeError.self) { _ = try x.padded(axis: 0, before: -1, after: 0) }
    let inputs = [noise([2, 3, 2], seed: 1)]
    try checkGradients(inputs) { try $0[0].square().slice(1..<3, axis: 1) }
    try checkGradients(inputs) { try $0[0].square().padded(axis: 1, before: 2, after: 1) }
    try checkGradients(inputs) { try $0[0].square().flipped(axis: 0) }
  }

  @Test("joining and cutting")
  func joining() throws {
    let (a, b) = (try counted([2, 1]), try counted([2, 2]))
    let joined = try Tensor.concatenated([a, b], along: 1)
    #expect(joined.values == [0, 0, 1, 1, 2, 3])
    let parts = try joined.split([1, 2], axis: 1)
    #expect(parts[0].values == a.values && parts[1].values == b.values)
    #expect(try Tensor.stacked([a, a]).shape == [2, 2, 1])
    let error = #expect(throws: ShapeError.self) { _ = try Tensor.concatenated([a, b]) }
    #expect(error?.message.contains("[2, 1]") == true && error?.message.contains("[2, 2]") == true)
    #expect(throws: ShapeError.self) { _ = try Tensor.concatenated([]) }
    #expect(throws: ShapeError.self) { _ = try joined.split([1, 1], axis: 1) }
    try checkGradients([noise([2, 1, 3], seed: 1), noise([2, 4, 3], seed: 2)]) {
      try Tensor.concatenated([$0[0].square(), $0[1] * $0[1], $0[0]], along: 1)
    }
  }

  @Test("rows and columns by index")
  func gathering() throws {
    let x = try counted([4, 3])
    let index = Labels([3, 0, 3])
    #expect(try x.gathered(index).values == [9, 10, 11, 0, 1, 2, 9, 10, 11])
    let back = try x.gathered(index).scattered(index, into: [4, 3])
    #expect(back.values == [0, 1, 2, 0, 0, 0, 0, 0, 0, 18, 20, 22])
    #expect(try x.picked(Labels([2, 0, 1, 2])).values == [2, 3, 7, 11])
    #expect(try index.oneHot(4).values == [0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1])
    #expect(throws: ShapeError.self) { _ = try x.gathered(Labels([4])) }
    #expect(throws: ShapeError.self) { _ = try x.gathered(Labels([-1])) }
    #expect(throws: ShapeError.self) { _ = try x.picked(Labels([0, 0, 0, 3])) }
    #expect(throws: ShapeError.self) { _ = try x.picked(Labels([0])) }
    try checkGradients([noise([4, 3], seed: 1)]) { try $0[0].square().gathered(index) }
    try checkGradients([noise([4, 3], seed: 1)]) {
      try $0[0].square().picked(Labels([2, 0, 1, 2]))
    }
  }

  @Test("the same bits for any number of threads")
  func threads() throws {
    let x = noise([30, 40, 50], seed: 2)
    let index = Labels((0..<64).map { Int32($0 * 7 % 30) })
    try checkThreads {
      let variable = x.variable()
      let moved = try variable.transposed([2, 0, 1]).transposed([0, 2, 1])
      let rows = try variable.gathered(index).sum(axes: [0])
      let y = try moved.padded(axis: 0, before: 1, after: 2).slice(1..<40)
      let total = try y.square().sum() + rows.square().sum()
      return [y, rows] + (try gradients(of: total, withRespectTo: [variable]))
    }
  }
}
