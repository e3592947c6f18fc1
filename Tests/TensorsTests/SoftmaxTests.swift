import Testing

@testable import Tensors

@Suite("Softmax and likelihoods")
struct SoftmaxTests {
  static let shapes = [[1, 1], [3, 10], [5, 16], [2, 3, 17], [2, 100], [7]]

  /// Softmax of one row in double precision.
  private func probabilities(_ row: [Float], scale: Double = 1) -> [Double] {
    let most = row.map { Double($0) * scale }.max() ?? 0
    let powers = row.map { Reference.exp(Double($0) * scale - most) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  private func rows(_ x: Tensor) -> [[Float]] {
    let columns = x.shape.last ?? 1
    let values = x.values
    return stride(from: 0, to: x.count, by: columns).map { Array(values[$0..<($0 + columns)]) }
  }

  @Test("values on every instruction set", arguments: shapes)
  func values(shape: [Int]) throws {
    let x = noise(shape, seed: 1, in: -8..<8)
    let expected = rows(x).flatMap { probabilities($0) }
    let shares = try Tensor(expected.map { Float($0) }, shape)
    let logs = try Tensor(expected.map { Float(Reference.log($0)) }, shape)
    try forEachInstructionSet {
      let (softmax, logSoftmax) = (try x.softmax(), try x.logSoftmax())
      #expect(isClose(softmax, shares, absolute: 1e-7))
      #expect(isClose(logSoftmax, logs, absolute: 2e-6))
    }
  }

  @Test("large, infinite and missing numbers")
  func extremes() throws {
    let x = try Tensor([1000, 0, -1000, 5, 5, -.infinity], [2, 3])
    #expect(isClose(try x.softmax(), try Tensor([1, 0, 0, 0.5, 0.5, 0], [2, 3])))
    let logs = try Tensor([0, -1000, -2000, -0.6931472, -0.6931472, -.infinity], [2, 3])
    #expect(isClose(try x.logSoftmax(), logs))
    #expect(try Tensor([1, .nan, 3], [3]).softmax().values.allSatisfy { $0.isNaN })
  }

  @Test("derivatives of first and second order", arguments: shapes)
  func derivatives(shape: [Int]) throws {
    let inputs = [noise(shape, seed: 2, in: -2..<2)]
    try checkGradients(inputs) { try $0[0].softmax() }
    try checkGradients(inputs) { try $0[0].logSoftmax() }
  }

  @Test("cross entropy: values, smoothing, ignored labels")
  func crossEntropyValues() throws {
    let x = noise([4, 7], seed: 3, in: -3..<3)
    let labels = Labels([6, 0, 255, 3])
    for smoothing in [Float(0), 0.1] {
      var expected: [Float] = []
      for (row, label) in zip(rows(x), labels.values) {
        guard label != 255 else {
          expected.append(0)
          continue
        }
        let logs = probabilities(row).map { -Reference.log($0) }
        let s = Double(smoothing)
        expected.append(Float((1 - s) * logs[Int(label)] + s / 7 * logs.reduce(0, +)))
      }
      let found = try crossEntropyByRow(x, labels, smoothing: smoothing, ignoring: 255)
      #expect(isClose(found, try Tensor(expected, [4])))
      let mean = try crossEntropy(x, labels, smoothing: smoothing, ignoring: 255)
      #expect(isClose(mean, Tensor(expected.reduce(0, +) / 3)))
    }
  }

  @Test("cross entropy: derivatives", arguments: [(Float(0), 10), (0.1, 10), (0.3, 17)])
  func crossEntropyDerivatives(smoothing: Float, classes: Int) throws {
    let labels = Labels([0, Int32(classes - 1), 255, 2, 5])
    try checkGradients([noise([5, classes], seed: 4, in: -2..<2)]) {
      try crossEntropyByRow($0[0], labels, smoothing: smoothing, ignoring: 255)
    }
    try checkGradients([noise([5, classes], seed: 4, in: -2..<2)]) {
      try crossEntropy($0[0], labels, smoothing: smoothing, ignoring: 255).square()
    }
  }

  @Test("divergence of logits: values, zero for equal ones, derivatives")
  func divergence() throws {
    let student = noise([3, 11], seed: 5, in: -3..<3)
    let teacher = noise([3, 11], seed: 6, in: -3..<3)
    for temperature in [Float(1), 4] {
      let scale = 1 / Double(temperature)
      let expected = zip(rows(teacher), rows(student)).map { t, s -> Float in
        let (p, q) = (probabilities(t, scale: scale), probabilities(s, scale: scale))
        return Float(zip(p, q).reduce(0.0) { $0 + $1.0 * Reference.log($1.0 / $1.1) })
      }
      let found = try softenedDivergence(
        student: student, teacher: teacher, temperature: temperature)
      #expect(isClose(found, try Tensor(expected, [3])))
      let parts = try klDivergence(
        student: (student * (1 / temperature)).logSoftmax(),
        teacher: (teacher * (1 / temperature)).logSoftmax())
      #expect(isClose(parts, Tensor(expected.reduce(0, +) / 3)))
      let zero = try softenedDivergence(
        student: student, teacher: student, temperature: temperature)
      #expect(zero.values.allSatisfy { abs($0) < 1e-6 })
      try checkGradients([student, teacher]) {
        try softenedDivergence(student: $0[0], teacher: $0[1], temperature: temperature)
      }
    }
    try checkGradients([student, teacher]) {
      try klDivergence(student: $0[0].logSoftmax(), teacher: $0[1].logSoftmax())
    }
  }

  @Test("a class without probability adds nothing to a divergence")
  func zeroProbability() throws {
    let teacher = try Tensor([0, 0, -.infinity], [1, 3])
    let student = try Tensor([0, 0, 0], [1, 3])
    let expected = Float(Reference.log(1.5))
    let fused = try softenedDivergence(student: student, teacher: teacher)
    #expect(isClose(fused, try Tensor([expected], [1])))
    let parts = try klDivergence(student: student.logSoftmax(), teacher: teacher.logSoftmax())
    #expect(isClose(parts, Tensor(expected)))
  }

  @Test("the same bits for any number of threads")
  func threads() throws {
    let x = noise([3000, 37], seed: 7, in: -3..<3)
    let other = noise([3000, 37], seed: 8, in: -3..<3)
    let labels = Labels((0..<3000).map { Int32($0 % 37) })
    try checkThreads {
      let variable = x.variable()
      let loss = try crossEntropy(variable, labels, smoothing: 0.1)
      let divergence = try softenedDivergence(student: variable, teacher: other, temperature: 2)
      let soft = try variable.softmax()
      let total =
        try loss + divergence.mean() + soft.square().sum()
        + variable.logSoftmax().square().mean()
      return [loss, divergence, soft] + (try gradients(of: total, withRespectTo: [variable]))
    }
  }

  @Test("labels and shapes that do not fit")
  func errors() throws {
    let x = Tensor(zeros: [2, 3])
    #expect(throws: ShapeError.self) { _ = try crossEntropy(x, Labels([0, 3])) }
    #expect(throws: ShapeError.self) { _ = try crossEntropy(x, Labels([0, -1])) }
    #expect(throws: ShapeError.self) { _ = try crossEntropy(x, Labels([0])) }
    #expect(throws: ShapeError.self) {
      _ = try softenedDivergence(student: x, teacher: Tensor(zeros: [2, 4]))
    }
    #expect(throws: ShapeError.self) { _ = try klDivergence(student: x, teacher: Tensor(0)) }
    #expect(throws: ShapeError.self) { _ = try Tensor(0).softmax() }
  }
}
