import Testing

@testable import Tensors

/// One attention with random operands.
struct AttentionCase: Sendable, CustomTestStringConvertible {
  var name: String
  /// Width and number of tokens of each source.
  var sources: [(tokens: Int, width: Int)]
  var packing: AttentionPacking
  var images = 2
  /// Leading axis of a bias of rank 4; 0 for a bias of rank 3, −1 for none.
  var biases = -1

  var testDescription: String { name }

  static func joint(
    _ tokens: Int, _ width: Int, heads: Int = 2, images: Int = 2, biases: Int = -1
  ) -> AttentionCase {
    AttentionCase(
      name: "\(tokens) tokens, \(heads) heads of \(width), bias \(biases)",
      sources: [(tokens, 3 * heads * width)], packing: .joint(heads: heads, width: width),
      images: images, biases: biases)
  }

  static let small: [AttentionCase] = [
    .joint(1, 6), .joint(4, 10, biases: 0), .joint(5, 16, heads: 1, biases: 1),
    .joint(7, 3, heads: 3, images: 6, biases: 3),
    AttentionCase(
      name: "LeViT", sources: [(9, 2 * (2 * 4 + 10))],
      packing: .byHead(heads: 2, keyWidth: 4, valueWidth: 10), biases: 0),
    AttentionCase(
      name: "LeViT, subsampled", sources: [(4, 3 * 5), (9, 3 * 13)],
      packing: .queryThenKeyValueByHead(heads: 3, keyWidth: 5, valueWidth: 8), biases: 0),
    AttentionCase(
      name: "TNT", sources: [(6, 2 * 2 * 6), (6, 2 * 6)],
      packing: .queryKeyThenValue(heads: 2, keyWidth: 6, valueWidth: 6)),
    AttentionCase(
      name: "three tensors with room between heads", sources: [(3, 20), (8, 23), (8, 30)],
      packing: AttentionPacking(
        heads: 2, query: AttentionHeads(source: 0, offset: 1, stride: 9, width: 7),
        key: AttentionHeads(source: 1, offset: 0, stride: 16, width: 7),
        value: AttentionHeads(source: 2, offset: 2, stride: 12, width: 11))),
    AttentionCase(
      name: "queries that are the keys", sources: [(5, 16), (5, 16)],
      packing: AttentionPacking(
        heads: 2, query: AttentionHeads(source: 0, width: 8),
        key: AttentionHeads(source: 0, width: 8), value: AttentionHeads(source: 1, width: 8))),
  ]

  static let large: [AttentionCase] = [
    .joint(49, 24, heads: 3, images: 4, biases: 2), .joint(49, 32, heads: 1, images: 9, biases: 0),
    .joint(197, 64), .joint(197, 16, biases: 0), .joint(50, 40), .joint(700, 10, images: 1),
  ]

  func operands() -> [Tensor] {
    var result = sources.enumerated().map { index, source in
      noise([images, source.tokens, source.width], seed: UInt64(index + 1))
    }
    let matrix = [
      packing.heads, sources[packing.query.source].tokens, sources[packing.key.source].tokens,
    ]
    if biases >= 0 {
      result.append(noise(biases == 0 ? matrix : [biases] + matrix, seed: 9))
    }
    return result
  }

  func run(_ operands: [Tensor], scale: Float = 0.7) throws -> Tensor {
    try attention(
      Array(operands.prefix(sources.count)), packing, scale: scale,
      bias: biases >= 0 ? operands.last : nil)
  }

  /// The definition in double precision.
  func expected(_ operands: [Tensor], scale: Double = 0.7) -> [Double] {
    func part(_ heads: AttentionHeads) -> (Int, Int, Int, Int) -> Double {
      let values = operands[heads.source].values
      let (tokens, width) = (sources[heads.source].tokens, sources[heads.source].width)
      return { image, head, token, index in
        Double(
          values[
            (image * tokens + token) * width + heads.offset + head * heads.stride + index])
      }
    }
    let (q, k, v) = (part(packing.query), part(packing.key), part(packing.value))
    let tokens = sources[packing.query.source].tokens
    let keys = sources[packing.key.source].tokens
    let bias = biases >= 0 ? operands[operands.count - 1].values : []
    var result: [Double] = []
    for image in 0..<images {
      for row in 0..<tokens {
        for head in 0..<packing.heads {
          let entry = biases > 0 ? image % biases : 0
          var scores = (0..<keys).map { key in
            let product = (0..<packing.key.width).reduce(0.0) {
              $0 + q(image, head, row, $1) * k(image, head, key, $1)
            }
            let place = ((entry * packing.heads + head) * tokens + row) * keys + key
            return product * scale + (bias.isEmpty ? 0 : Double(bias[place]))
          }
          let largest = scores.max() ?? 0
          scores = scores.map { Reference.exp($0 - largest) }
          let sum = scores.reduce(0, +)
          for index in 0..<packing.value.width {
            result.append(
              (0..<keys).reduce(0.0) { $0 + scores[$1] * v(image, head, $1, index) } / sum)
          }
        }
      }
    }
    return result
  }
}

@Suite("Attention")
struct AttentionTests {
  @Test("values on every instruction set", arguments: AttentionCase.small + AttentionCase.large)
  func values(_ c: AttentionCase) throws {
    let operands = c.operands()
    let expected = c.expected(operands)
    try forEachInstructionSet {
      let result = try c.run(operands)
      #expect(MultilinearCheck.error(result, expected) < 1e-5, "\(c.name)")
    }
  }

  @Test("derivatives", arguments: AttentionCase.small)
  func derivatives(_ c: AttentionCase) throws {
    try checkGradients(c.operands()) { try c.run($0) }
  }

  @Test("the fused gradient is that of the steps", arguments: AttentionCase.large)
  func largeGradients(_ c: AttentionCase) throws {
    let operands = c.operands()
    func taken(_ tape: TapeUse) throws -> [Tensor] {
      let variables = operands.map { $0.variable() }
      let y = try c.run(variables)
      return try gradients(
        of: y, withRespectTo: variables, seed: noise(y.shape, seed: 5), tape: tape)
    }
    let steps = try taken(.differentiate).map(\.detached)
    try forEachInstructionSet {
      for (fused, plain) in zip(try taken(.release), steps) {
        #expect(
          MultilinearCheck.error(fused, plain.values.map(Double.init)) < 2e-5, "\(c.name)")
      }
    }
  }

  @Test("bits do not depend on threads", arguments: AttentionCase.small + AttentionCase.large)
  func threads(_ c: AttentionCase) throws {
    let operands = c.operands()
    try checkThreads(c.name) {
      let variables = operands.map { $0.variable() }
      let y = try c.run(variables)
      return try [y]
        + gradients(of: y, withRespectTo: variables, seed: noise(y.shape, seed: 5))
    }
  }

  @Test("the same tensor as queries, keys and values gets the sum of the gradients")
  func selfAttention() throws {
    try checkGradients([noise([2, 5, 12], seed: 1)]) { inputs in
      try attention(
        query: inputs[0], key: inputs[0], value: inputs[0], heads: 3, scale: 0.5)
    }
  }

  @Test("a NaN and a row without any score are not hidden")
  func notANumber() throws {
    var values = noise([1, 20, 48], seed: 1).values
    values[48 * 3 + 2] = .nan
    let y = try attention(qkv: try Tensor(values, [1, 20, 48]), heads: 1, scale: 1)
    #expect(y.values[(3 * 16)..<(4 * 16)].allSatisfy { $0.isNaN })
    #expect(!y.values[0..<16].contains { $0.isNaN })
    var mask = [Float](repeating: 0, count: 400)
    for key in 0..<20 { mask[7 * 20 + key] = -.infinity }
    mask[5] = -.infinity
    let masked = try attention(
      qkv: noise([1, 20, 48], seed: 1), heads: 1, scale: 1,
      bias: try Tensor(mask, [1, 20, 20]))
    #expect(masked.values[(7 * 16)..<(8 * 16)].allSatisfy { $0.isNaN })
    #expect(!masked.values[0..<(7 * 16)].contains { $0.isNaN })
  }

  @Test("no images, no queries")
  func empty() throws {
    #expect(try attention(qkv: Tensor(zeros: [0, 4, 12]), heads: 2, scale: 1).shape == [0, 4, 4])
    let none = try attention(
      query: Tensor(zeros: [2, 0, 4]), key: noise([2, 3, 4], seed: 1),
      value: noise([2, 3, 4], seed: 2), heads: 2, scale: 1)
    #expect(none.shape == [2, 0, 4])
  }

  @Test("shapes that disagree are named")
  func shapes() throws {
    let x = Tensor(zeros: [2, 4, 12])
    #expect(throws: ShapeError.self) { try attention(qkv: x, heads: 5, scale: 1) }
    #expect(throws: ShapeError.self) { try attention(qkv: Tensor(0), heads: 1, scale: 1) }
    #expect(throws: ShapeError.self) {
      try attention(qkv: x, heads: 2, scale: 1, bias: Tensor(zeros: [2, 4, 5]))
    }
    #expect(throws: ShapeError.self) {
      try attention(qkv: x, heads: 2, scale: 1, bias: Tensor(zeros: [3, 2, 4, 4]))
    }
    #expect(throws: ShapeError.self) {
      try attention(
        query: x, key: x, value: Tensor(zeros: [2, 5, 12]), heads: 2, scale: 1)
    }
    #expect(throws: ShapeError.self) {
      let far = AttentionHeads(source: 0, offset: .max - 1, stride: .max / 2, width: 4)
      return try attention(
        [x], AttentionPacking(heads: 3, query: far, key: far, value: far), scale: 1)
    }
    #expect(throws: ShapeError.self) {
      try attention(
        [x], .separate(heads: 1, keyWidth: 4, valueWidth: 4), scale: 1)
    }
  }
}
