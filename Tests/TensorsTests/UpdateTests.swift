import CKernels
import Testing

@testable import Tensors

@Suite("One-pass updates")
struct UpdateTests {
  private let count = 1003

  private func numbers(_ seed: UInt64) -> [Float] { noise([count], seed: seed).values }

  /// Arrays with the slack that kernels may read.
  private func padded(_ values: [Float]) -> [Float] {
    values + [Float](repeating: .nan, count: 16)
  }

  private func expectClose(
    _ found: [Float], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (a, b) in zip(found, expected) {
      #expect(abs(Double(a) - b) <= 1e-6 + 1e-5 * abs(b), sourceLocation: sourceLocation)
    }
    let slackIsKept = found.dropFirst(expected.count).allSatisfy { $0.isNaN }
    #expect(slackIsKept, sourceLocation: sourceLocation)
  }

  @Test("SGD as PyTorch computes it", arguments: [(Float(0.9), false), (0.9, true), (0, false)])
  func sgd(momentum: Float, nesterov: Bool) {
    forEachInstructionSet {
      var (w, v) = (padded(numbers(1)), padded([Float](repeating: .nan, count: count)))
      var (exactW, exactV) = (w[..<count].map(Double.init), [Double](repeating: 0, count: count))
      for step in 1...3 {
        let gradient = numbers(UInt64(step + 1))
        var settings = ak_sgd_settings(
          rate: 0.1, momentum: momentum, dampening: 0.2, decay: 0.01, nesterov: nesterov ? 1 : 0,
          first: step == 1 ? 1 : 0)
        // In three ranges, whose ends are not those of vectors.
        for (low, high) in [(0, 5), (5, 700), (700, count)] {
          ak_sgd(&settings, &w, padded(gradient), &v, low, high)
        }
        for i in 0..<count {
          let g = Double(gradient[i]) + 0.01 * exactW[i]
          exactV[i] = step == 1 ? g : Double(momentum) * exactV[i] + 0.8 * g
          exactW[i] -= 0.1 * (nesterov ? g + Double(momentum) * exactV[i] : exactV[i])
        }
      }
      expectClose(w, exactW)
      expectClose(v, exactV)
    }
  }

  @Test("SGD without momentum needs no state")
  func plain() {
    var w = padded(numbers(1))
    let expected = zip(numbers(1), numbers(2)).map { Double($0) - 0.5 * Double($1) }
    var settings = ak_sgd_settings(
      rate: 0.5, momentum: 0, dampening: 0, decay: 0, nesterov: 0, first: 1)
    ak_sgd(&settings, &w, padded(numbers(2)), nil, 0, count)
    expectClose(w, expected)
  }

  @Test("Adam and AdamW as PyTorch computes them", arguments: [false, true])
  func adam(isDecoupled: Bool) {
    forEachInstructionSet {
      let zeros = [Float](repeating: 0, count: count)
      var (w, m, v) = (padded(numbers(1)), padded(zeros), padded(zeros))
      var exactW = w[..<count].map(Double.init)
      var (exactM, exactV) = (zeros.map(Double.init), zeros.map(Double.init))
      var (power1, power2) = (1.0, 1.0)
      for step in 1...3 {
        power1 *= 0.9
        power2 *= 0.999
        let gradient = numbers(UInt64(step + 1))
        let (rate, correction1) = (Float(0.01), Float(1 - power1))
        var settings = ak_adam_settings(
          beta1: 0.9, beta2: 0.999, epsilon: 1e-8, pull: isDecoupled ? 0 : 0.1,
          shrink: isDecoupled ? 1 - rate * 0.1 : 1, from_moment: rate / correction1,
          from_gradient: 0, inverse_root: 1 / Float((1 - power2).squareRoot()), direct: 0)
        ak_adam(&settings, &w, padded(gradient), &m, &v, 0, count)
        for i in 0..<count {
          var g = Double(gradient[i])
          if isDecoupled { exactW[i] *= 1 - 0.01 * 0.1 } else { g += 0.1 * exactW[i] }
          exactM[i] = 0.9 * exactM[i] + 0.1 * g
          exactV[i] = 0.999 * exactV[i] + 0.001 * g * g
          let size = (exactV[i] / (1 - power2)).squareRoot() + 1e-8
          exactW[i] -= 0.01 * exactM[i] / (1 - power1) / size
        }
      }
      expectClose(w, exactW)
      expectClose(m, exactM)
    }
  }

  @Test("sums, steps towards another tensor, factors")
  func simple() {
    forEachInstructionSet {
      let (x, y) = (numbers(1), numbers(2))
      var sum = padded(y)
      ak_axpy(0.5, padded(x), &sum, 0, count)
      expectClose(sum, zip(x, y).map { Double($1) + 0.5 * Double($0) })
      var blend = padded(y)
      ak_lerp(0.25, padded(x), &blend, 0, count)
      expectClose(blend, zip(x, y).map { 0.75 * Double($1) + 0.25 * Double($0) })
      var scaled = padded(y)
      ak_scale(-2, &scaled, 0, count)
      expectClose(scaled, y.map { -2 * Double($0) })
    }
  }
}
