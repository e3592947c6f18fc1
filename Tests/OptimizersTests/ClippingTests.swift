import Catalog
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite struct ClippingTests {
  private func make(_ name: String, _ arguments: [String: Value]) throws -> Clipping {
    try Clipping.read(try call(name, arguments, in: clippingRegistry))
  }

  private func bounded(_ clipping: Clipping, _ gradients: [Tensor]) -> [Tensor] {
    let parameters = gradients.enumerated().map { index, gradient in
      let parameter = Parameter(gradient.shape, layout: .plain)
      parameter.value = Tensor(repeating: 1, gradient.shape)
      return (key: "\(index)", parameter: parameter)
    }
    return clipping.bound.bounded(gradients, of: parameters)
  }

  @Test func aNumberIsTheLargestNorm() throws {
    #expect(try Clipping.read(.number(2)).script == "clip_norm(2)")
    for wrong in [Value.number(0), .number(-1), .number(.nan), .string("x"), .bool(true)] {
      #expect(throws: Mismatch.self) { try Clipping.read(wrong) }
    }
    #expect(throws: Failure.self) { try make("clip_value", ["value": .number(0)]) }
    #expect(throws: Failure.self) { try make("agc", ["factor": .number(.infinity)]) }
    #expect(try make("agc", ["eps": .number(0.5)]).script == "agc(0.01, eps=0.5)")
  }

  @Test func theCommonNormIsBounded() throws {
    let gradients = [Tensor(repeating: 3, [4]), Tensor(repeating: -4, [4])]
    #expect(gradientNorm(gradients) == 10)
    let short = bounded(try make("clip_norm", ["norm": .number(2)]), gradients)
    #expect(abs(gradientNorm(short) - 2) < 1e-5)
    #expect(abs(short[0].values[0] + short[1].values[0] * 0.75) < 1e-6)
    let same = bounded(try make("clip_norm", ["norm": .number(11)]), gradients)
    #expect(bits(same) == bits(gradients))
    let zero = bounded(try make("clip_norm", ["norm": .number(1)]), [Tensor(zeros: [3])])
    #expect(zero[0].values == [0, 0, 0])
  }

  @Test func everyNumberIsBounded() throws {
    let gradients = [try Tensor([-3, -0.5, 0, 0.5, 9], [5])]
    let found = bounded(try make("clip_value", ["value": .number(1)]), gradients)
    #expect(found[0].values == [-1, -0.5, 0, 0.5, 1])
  }

  @Test func eachOutputIsHeldAgainstItsWeights() throws {
    // Rows of four weights 1, norm 2: gradients up to 0.2 pass.
    let gradients = [try Tensor([0.1, 0, 0, 0, 3, 0, 4, 0], [2, 4])]
    let found = bounded(try make("agc", ["factor": .number(0.1)]), gradients)[0].values
    let expected: [Float] = [0.1, 0, 0, 0, 0.12, 0, 0.16, 0]
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}
