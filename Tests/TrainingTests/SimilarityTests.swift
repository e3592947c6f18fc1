import Catalog
import Datasets
import Models
import Tensors
import TestSupport
import Testing

@testable import Training

/// Linear CKA of representations.
@Suite struct SimilarityTests {
  private func alignment(_ a: Tensor, _ b: Tensor, batch: Int? = nil) throws -> Double {
    let size = batch ?? a.shape[0]
    var alignment = Alignment()
    for low in stride(from: 0, to: a.shape[0], by: size) {
      alignment.add(
        try Gram(try a.slice(low..<low + size)), try Gram(try b.slice(low..<low + size)))
    }
    return alignment.value
  }

  @Test func valuesAreThoseOfNumPy() throws {
    let golden = try golden("similarity.json", as: [String: [Double]].self)
    let x = try Formula.tensor("x", [12, 5])
    let y = try Formula.tensor("y", [12, 2, 3, 4])
    let z = try matmul(x, Formula.tensor("w", [5, 5])) + Formula.tensor("noise", [12, 5]) * 0.1
    for (name, a, b) in [("xy", x, y), ("xz", x, z), ("yz", y, z)] {
      let expected = try #require(golden[name])
      for (batch, value) in zip([12, 6], expected) {
        let problem = disagreement(
          try alignment(a, b, batch: batch), value, relative: 1e-5, absolute: 1e-6)
        #expect(problem == nil, "\(name) in batches of \(batch)")
      }
    }
  }

  /// 1 with itself, and the same whatever rotation, scale and shift it goes through.
  @Test func rotationAndScaleAreNotSeen() throws {
    let x = try Formula.tensor("x", [16, 4])
    let y = try Formula.tensor("y", [16, 7])
    #expect(disagreement(try alignment(x, x), 1, relative: 1e-9) == nil)
    let before = try alignment(x, y)
    #expect(abs(before) < 0.9)
    // A Householder reflection with rotated axes is orthogonal.
    let v = try Formula.tensor("v", [4, 1])
    let identity = try Labels([0, 1, 2, 3]).oneHot(4)
    let reflection =
      try identity
      - matmul(v, v, transposeB: true) * (2 / Float(v.squaredNorm))
    let turned = try matmul(x, reflection.slice(1..<4, axis: 1))
    #expect(abs(try alignment(turned, y) - before) > 1e-3)
    let rotated = try matmul(x, reflection) * 37 + 5
    #expect(disagreement(try alignment(rotated, y), before, relative: 1e-4) == nil)
    #expect(disagreement(try alignment(rotated, x), 1, relative: 1e-5) == nil)
  }

  /// Unbiased: unrelated representations are at 0 on average, however wide.
  @Test func unrelatedIsAboutZero() throws {
    let values = try (0..<20).map { round in
      try alignment(
        Random.normal([24, 200], seed: 1, stream: UInt64(round)),
        Random.normal([24, 200], seed: 2, stream: UInt64(round)))
    }
    #expect(abs(values.reduce(0, +) / 20) < 0.05)
  }

  @Test func whatHasNoVarianceIsNoNumber() throws {
    let flat = Tensor(repeating: 2, [8, 3])
    #expect(try alignment(flat, Formula.tensor("x", [8, 3])).isNaN)
    #expect(try alignment(Tensor(zeros: [3, 2]), Tensor(zeros: [3, 2])).isNaN)
  }
}
