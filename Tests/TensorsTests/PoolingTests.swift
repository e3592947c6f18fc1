import Testing

@testable import Tensors

@Suite("Pooling")
struct PoolingTests {
  struct Window: Sendable, CustomTestStringConvertible {
    var shape: [Int]
    var kernel: Int
    var stride: Int
    var padding = 0
    var ceilMode = false
    var output: [Int]
    var testDescription: String { "\(shape) \(kernel)/\(stride)/\(padding) \(ceilMode)" }
  }

  // Output sizes as PyTorch gives them.
  static let windows = [
    Window(shape: [2, 4, 4, 3], kernel: 2, stride: 2, output: [2, 2]),
    Window(shape: [1, 7, 5, 17], kernel: 3, stride: 2, padding: 1, output: [4, 3]),
    Window(shape: [2, 5, 6, 1], kernel: 3, stride: 1, output: [3, 4]),
    Window(shape: [1, 5, 5, 33], kernel: 2, stride: 2, ceilMode: true, output: [3, 3]),
    Window(shape: [1, 6, 6, 2], kernel: 3, stride: 2, padding: 1, ceilMode: true, output: [4, 4]),
    Window(shape: [1, 4, 4, 2], kernel: 2, stride: 3, padding: 1, ceilMode: true, output: [2, 2]),
    Window(shape: [3, 1, 1, 5], kernel: 1, stride: 1, output: [1, 1]),
    Window(shape: [1, 5, 7, 4], kernel: 2, stride: 3, output: [2, 2]),
  ]

  /// Every window's numbers inside the image, and how many places it has with padding.
  private func visit(
    _ x: Tensor, _ w: Window, _ body: (_ inside: [Float], _ places: Int) -> Float
  ) -> [Float] {
    let values = x.values
    let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
    var result: [Float] = []
    for n in 0..<x.shape[0] {
      for i in 0..<w.output[0] {
        for j in 0..<w.output[1] {
          for c in 0..<channels {
            var inside: [Float] = []
            var places = 0
            for h in (i * w.stride - w.padding)..<(i * w.stride - w.padding + w.kernel) {
              for k in (j * w.stride - w.padding)..<(j * w.stride - w.padding + w.kernel) {
                if h < height + w.padding && k < width + w.padding { places += 1 }
                guard h >= 0, h < height, k >= 0, k < width else { continue }
                inside.append(values[((n * height + h) * width + k) * channels + c])
              }
            }
            result.append(body(inside, places))
          }
        }
      }
    }
    return result
  }

  @Test("values on every instruction set", arguments: windows)
  func values(window w: Window) throws {
    let x = noise(w.shape, seed: 1)
    let shape = [w.shape[0]] + w.output + [w.shape[3]]
    let largest = visit(x, w) { inside, _ in inside.max() ?? .nan }
    let means = visit(x, w) { inside, _ in inside.reduce(0, +) / Float(inside.count) }
    let padded = visit(x, w) { inside, places in inside.reduce(0, +) / Float(places) }
    try forEachInstructionSet {
      let pooled = try maxPool(
        x, kernel: w.kernel, stride: w.stride, padding: w.padding, ceilMode: w.ceilMode)
      #expect(pooled.shape == shape)
      #expect(pooled.values == largest)
      for (counts, expected) in [(true, padded), (false, means)] {
        let average = try averagePool(
          x, kernel: w.kernel, stride: w.stride, padding: w.padding, ceilMode: w.ceilMode,
          countsPadding: counts)
        #expect(isClose(average, try Tensor(expected, shape)))
      }
    }
  }

  @Test("derivatives of first and second order", arguments: windows)
  func derivatives(window w: Window) throws {
    let count = w.shape.elementCount
    let order = Random.permutation(count, seed: 1, stream: 3)
    let apart = try Tensor(order.map { Float($0) * 0.1 + 1 }, w.shape)
    try checkGradients([apart], step: 0.01) {
      try maxPool(
        $0[0].log(), kernel: w.kernel, stride: w.stride, padding: w.padding,
        ceilMode: w.ceilMode
      ).square()
    }
    for counts in [true, false] {
      try checkGradients([noise(w.shape, seed: 2)]) {
        try averagePool(
          $0[0].square(), kernel: w.kernel, stride: w.stride, padding: w.padding,
          ceilMode: w.ceilMode, countsPadding: counts
        ).square()
      }
    }
  }

  @Test("windows that share the image", arguments: [(7, 5, 3, 2), (4, 4, 4, 4), (3, 2, 5, 4)])
  func adaptive(height: Int, width: Int, outHeight: Int, outWidth: Int) throws {
    let x = noise([2, height, width, 3], seed: 3)
    let values = x.values
    var (expected, largest): ([Float], [Float]) = ([], [])
    for n in 0..<2 {
      for i in 0..<outHeight {
        for j in 0..<outWidth {
          for c in 0..<3 {
            let rows = (i * height / outHeight)..<(((i + 1) * height + outHeight - 1) / outHeight)
            let columns = (j * width / outWidth)..<(((j + 1) * width + outWidth - 1) / outWidth)
            let inside = rows.flatMap { h in
              columns.map { values[((n * height + h) * width + $0) * 3 + c] }
            }
            expected.append(inside.reduce(0, +) / Float(inside.count))
            largest.append(inside.max() ?? 0)
          }
        }
      }
    }
    let found = try adaptiveAveragePool(x, height: outHeight, width: outWidth)
    #expect(isClose(found, try Tensor(expected, [2, outHeight, outWidth, 3])))
    try checkGradients([x]) {
      try adaptiveAveragePool($0[0].square(), height: outHeight, width: outWidth)
    }
    let most = try adaptiveMaxPool(x, height: outHeight, width: outWidth)
    #expect(most.values == largest)
    // Places far from one another, so that a small step does not change the choice.
    let apart = try Tensor(
      (0..<x.count).map { Float(($0 * 7919) % 1009) / 100 }, x.shape)
    try checkGradients([apart], step: 0.002) {
      try adaptiveMaxPool($0[0], height: outHeight, width: outWidth)
    }
  }

  @Test("the mean over all pixels")
  func global() throws {
    let x = noise([2, 3, 5, 7], seed: 4)
    let found = try globalAveragePool(x)
    let pooled = try adaptiveAveragePool(x, height: 1, width: 1).reshaped([2, 7])
    #expect(isClose(found, pooled))
    try checkGradients([x]) { try globalAveragePool($0[0].square()) }
  }

  @Test("NaN is largest, and the first of equals gets the gradient")
  func ties() throws {
    let x = try Tensor([1, 2, 2, .nan, 5, 0, 0, 0], [2, 2, 2, 1])
    let pooled = try maxPool(x, kernel: 2)
    #expect(pooled.values[0].isNaN && pooled.values[1] == 5)
    let variable = try Tensor([2, 2, 2, 1], [1, 2, 2, 1]).variable()
    let slope = try gradients(of: try maxPool(variable, kernel: 2), withRespectTo: [variable])
    #expect(slope[0].values == [1, 0, 0, 0])
    let low = Tensor(repeating: -.infinity, [1, 2, 2, 1])
    #expect(try maxPool(low, kernel: 2).values == [-.infinity])
  }

  @Test("the same bits for any number of threads")
  func threads() throws {
    let x = noise([4, 37, 41, 20], seed: 5)
    try checkThreads {
      let variable = x.variable()
      let largest = try maxPool(variable, kernel: 3, stride: 2, padding: 1)
      let mean = try averagePool(variable, kernel: 3, stride: 2, padding: 1)
      let y = try largest * mean
      return [y]
        + (try gradients(of: y, withRespectTo: [variable], seed: noise(y.shape, seed: 6)))
    }
  }

  @Test("windows that do not fit")
  func errors() {
    let x = Tensor(zeros: [1, 3, 3, 2])
    #expect(throws: ShapeError.self) { _ = try maxPool(x, kernel: 4) }
    #expect(throws: ShapeError.self) { _ = try maxPool(x, kernel: 2, padding: 2) }
    #expect(throws: ShapeError.self) { _ = try maxPool(x, kernel: 0) }
    #expect(throws: ShapeError.self) { _ = try averagePool(Tensor(zeros: [3, 3]), kernel: 2) }
    #expect(throws: ShapeError.self) { _ = try adaptiveAveragePool(x, height: 0, width: 1) }
    #expect(throws: ShapeError.self) { _ = try globalAveragePool(Tensor(zeros: [3])) }
  }
}
