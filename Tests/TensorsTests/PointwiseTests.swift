import Testing

@testable import Tensors

@Suite("Functions of every number")
struct PointwiseTests {
  typealias Function = @Sendable (Tensor) throws -> Tensor

  /// Every function with numbers at which it is smooth, and its value in double precision.
  static let functions: [(name: String, range: Range<Float>, function: Function)] = [
    ("negate", -2..<2, { -$0 }),
    ("abs", 0.2..<2, { $0.abs() }),
    ("reciprocal", 0.5..<2, { $0.reciprocal() }),
    ("square", -2..<2, { $0.square() }),
    ("squareRoot", 0.5..<2, { $0.squareRoot() }),
    ("reciprocalSquareRoot", 0.5..<2, { $0.reciprocalSquareRoot() }),
    ("exp", -2..<2, { $0.exp() }),
    ("log", 0.5..<2, { $0.log() }),
    ("tanh", -2..<2, { $0.tanh() }),
    ("sigmoid", -3..<3, { $0.sigmoid() }),
    ("erf", -2..<2, { $0.erf() }),
    ("softplus", -3..<3, { $0.softplus() }),
    ("sine", -2..<2, { $0.sine() }),
    ("cosine", -2..<2, { $0.cosine() }),
    ("power 3", -1..<1, { $0.power(3) }),
    ("power 2.5", 0.5..<2, { $0.power(2.5) }),
    ("power -2", 0.5..<2, { $0.power(-2) }),
    ("affine", -2..<2, { $0.affine(scale: -3, offset: 2) }),
    ("gelu", -3..<3, { $0.gelu() }),
    ("silu", -3..<3, { $0.silu() }),
    ("mish", -3..<3, { $0.mish() }),
    ("elu above", 0.2..<2, { $0.elu(0.7) }),
    ("elu below", -2..<(-0.2), { $0.elu(0.7) }),
    ("relu above", 0.2..<2, { $0.relu() }),
    ("relu below", -2..<(-0.2), { $0.relu() }),
    ("relu6 above", 6.2..<8, { $0.relu6() }),
    ("leakyRelu below", -2..<(-0.2), { $0.leakyRelu(slope: 0.2) }),
    ("hardSwish inside", -2.8..<2.8, { $0.hardSwish() }),
    ("hardSwish above", 3.2..<5, { $0.hardSwish() }),
    ("hardSigmoid inside", -2.8..<2.8, { $0.hardSigmoid() }),
    ("clamped inside", -0.8..<0.8, { $0.clamped(-1, 1) }),
    ("clamped outside", 1.2..<2, { $0.clamped(-1, 1) }),
  ]

  @Test("derivatives of first and second order", arguments: functions.indices)
  func derivatives(index: Int) throws {
    let (_, range, function) = PointwiseTests.functions[index]
    for shape in [[1], [37], [3, 5, 7]] {
      try checkGradients([noise(shape, seed: 5, in: range)]) { try function($0[0]) }
    }
  }

  @Test("relu6, hard-swish and their like have the right slopes on every piece")
  func pieces() throws {
    let x = try Tensor([-4, -1, 1, 2, 4, 7], [6])
    func slope(_ f: (Tensor) -> Tensor) throws -> [Float] {
      let variable = x.variable()
      return try gradients(
        of: f(variable), withRespectTo: [variable], seed: Tensor(repeating: 1, [6]))[0].values
    }
    #expect(try slope { $0.relu() } == [0, 0, 1, 1, 1, 1])
    #expect(try slope { $0.relu6() } == [0, 0, 1, 1, 1, 0])
    #expect(try slope { $0.hardSigmoid() } == [0, 1 / 6, 1 / 6, 1 / 6, 0, 0])
    #expect(try slope { $0.clamped(-1, 2) } == [0, 1, 1, 1, 0, 0])
    #expect(try slope { $0.leakyRelu(slope: 0.5) } == [0.5, 0.5, 1, 1, 1, 1])
    let hardSwish = try Tensor(try slope { $0.hardSwish() }, [6])
    #expect(isClose(hardSwish, try Tensor([0, 1 / 6, 5 / 6, 7 / 6, 1, 1], [6])))
  }

  @Test("limits, zeros and NaN")
  func limits() throws {
    let x = try Tensor([.infinity, -.infinity, .nan, 0, -0.0, 100, -100], [7])
    func same(_ y: Tensor, _ expected: [Float]) throws {
      #expect(isClose(y, try Tensor(expected, [7])), "\(y.values) is not \(expected)")
    }
    try same(x.exp(), [.infinity, 0, .nan, 1, 1, .infinity, Float(bitPattern: 27)])
    try same(x.log(), [.infinity, .nan, .nan, -.infinity, -.infinity, 4.60517, .nan])
    try same(x.tanh(), [1, -1, .nan, 0, 0, 1, -1])
    try same(x.sigmoid(), [1, 0, .nan, 0.5, 0.5, 1, 0])
    try same(x.erf(), [1, -1, .nan, 0, 0, 1, -1])
    try same(x.softplus(), [.infinity, 0, .nan, 0.6931472, 0.6931472, 100, 0])
    try same(x.relu(), [.infinity, 0, .nan, 0, 0, 100, 0])
    try same(x.relu6(), [6, 0, .nan, 0, 0, 6, 0])
    try same(x.sign(), [1, -1, .nan, 0, 0, 1, -1])
    try same(x.step(above: 1), [1, 0, 0, 0, 0, 1, 0])
  }

  @Test("values agree with double precision on every instruction set")
  func accuracy() throws {
    try forEachInstructionSet {
      let x = noise([4099], seed: 3, in: -9..<9)
      let positive = noise([4099], seed: 4, in: 1e-3..<50)
      try expect(x.exp(), x) { Reference.exp($0) }
      try expect(x.tanh(), x) { Reference.tanh($0) }
      try expect(x.sigmoid(), x) { 1 / (1 + Reference.exp(-$0)) }
      try expect(x.erf(), x) { Reference.erf($0) }
      try expect(x.gelu(), x) { $0 * 0.5 * (1 + Reference.erf($0 * 0.5.squareRoot())) }
      try expect(x.silu(), x) { $0 / (1 + Reference.exp(-$0)) }
      try expect(x.softplus(), x) { Reference.log(1 + Reference.exp($0)) }
      try expect(x.mish(), x) { $0 * Reference.tanh(Reference.log(1 + Reference.exp($0))) }
      try expect(positive.log(), positive) { Reference.log($0) }
      try expect(positive.reciprocalSquareRoot(), positive) { 1 / $0.squareRoot() }
    }
  }

  private func expect(
    _ y: Tensor, _ x: Tensor, sourceLocation: SourceLocation = #_sourceLocation,
    _ reference: (Double) -> Double
  ) throws {
    let expected = try Tensor(x.values.map { Float(reference(Double($0))) }, x.shape)
    #expect(
      isClose(y, expected, relative: 5e-7, absolute: 2.5e-7), sourceLocation: sourceLocation)
  }

  @Test("the same bits for any number of threads")
  func threads() throws {
    let x = noise([50_003], seed: 9, in: 0.1..<3)
    for (name, _, function) in PointwiseTests.functions {
      try checkThreads(name) {
        let variable = x.variable()
        let y = try function(variable)
        let seed = Tensor(repeating: 0.3, y.shape)
        return [y] + (try gradients(of: y, withRespectTo: [variable], seed: seed))
      }
    }
  }
}
