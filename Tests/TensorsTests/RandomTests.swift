import CKernels
import Testing

@testable import Tensors

@Suite("Random numbers")
struct RandomTests {
  /// The published test vectors of Philox 4×32-10 (Random123's known answers).
  @Test(
    "known answers",
    arguments: [
      (
        [UInt64(0), 0, 0], [UInt32(0x6627_e8d5), 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
      ),
      (
        [.max, .max, .max], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        [0x299f_31d0_a409_3822, 0x0370_7344_1319_8a2e, 0x85a3_08d3_243f_6a88],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ])
  func knownAnswers(key: [UInt64], expected: [UInt32]) {
    forEachInstructionSet {
      var words = [UInt32](repeating: 0, count: 4)
      ak_philox(key[0], key[1], key[2], &words)
      #expect(words == expected)
    }
  }

  @Test("a number depends on its place, not on the range it is asked with")
  func places() {
    let all = Random.words(0..<1000, seed: 5, stream: 6)
    for range in [0..<1, 3..<70, 64..<128, 999..<1000, 130..<131, 7..<7] {
      #expect(Random.words(range, seed: 5, stream: 6) == Array(all[range]))
    }
    #expect(Random.words(0..<8, seed: 5, stream: 7) != Array(all[..<8]))
    #expect(Random.words(0..<8, seed: 6, stream: 6) != Array(all[..<8]))
    let short = Random.normal([5], seed: 1, stream: 2).values
    let long = Random.normal([100], seed: 1, stream: 2).values
    #expect(short == Array(long[..<5]))
  }

  @Test("moments and ranges of the distributions")
  func moments() throws {
    let count = 400_000
    let uniform = Random.uniform([count], seed: 3, stream: 1)
    #expect(uniform.values.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(try uniform.mean().scalar - 0.5) < 0.002)
    #expect(abs(try uniform.variance().scalar - 1 / 12) < 0.001)
    let normal = Random.normal([count], mean: 2, deviation: 3, seed: 3, stream: 2)
    #expect(abs(try normal.mean().scalar - 2) < 0.02)
    #expect(abs(try normal.variance().scalar - 9) < 0.1)
    let fourth = try ((normal - 2) / 3).power(4).mean().scalar
    #expect(abs(fourth - 3) < 0.06)
    let cut = Random.truncatedNormal([count], deviation: 2, seed: 3, stream: 3)
    #expect(cut.values.allSatisfy { abs($0) <= 4 })
    #expect(abs(try cut.mean().scalar) < 0.02)
    // A normal cut at two deviations has the variance 0.7737.
    #expect(abs(try cut.variance().scalar / 4 - 0.7737) < 0.01)
    let mask = Random.mask([count], keeping: 0.8, seed: 3, stream: 4)
    #expect(mask.values.allSatisfy { $0 == 0 || $0 == 1.25 })
    #expect(abs(try mask.mean().scalar - 1) < 0.003)
  }

  @Test("neighbouring numbers do not know each other")
  func correlation() throws {
    let count = 200_000
    let normal = Random.normal([count], seed: 9, stream: 1)
    for lag in [1, 2, 3, 4, 64] {
      let product = try normal.slice(0..<(count - lag)).dot(normal.slice(lag..<count))
      #expect(abs(product) / Double(count) < 0.01)
    }
  }

  @Test("streams, whole numbers and orders")
  func orders() {
    #expect(Random.stream("a", 1) == Random.stream("a", 1))
    let streams = [
      Random.stream("a", 1), Random.stream("a", 2), Random.stream("b", 1), Random.stream("a1"),
      Random.stream("a", "1", ""), Random.stream(),
    ]
    #expect(Set(streams).count == streams.count)
    let order = Random.permutation(1000, seed: 1, stream: 2)
    #expect(order.sorted() == Array(0..<1000))
    #expect(order != Array(0..<1000))
    #expect(order == Random.permutation(1000, seed: 1, stream: 2))
    #expect(Random.permutation(0, seed: 1, stream: 2) == [])
    var seen: Set<Int> = []
    for index in 0..<200 {
      let number = Random.integer(below: 7, seed: 4, stream: 5, index: index)
      #expect(number >= 0 && number < 7)
      seen.insert(number)
    }
    #expect(seen.count == 7)
  }

  @Test("the same bits for any number of threads and on every instruction set")
  func threads() throws {
    func draws() -> [Tensor] {
      [
        Random.uniform([100_001], seed: 1, stream: 1), Random.normal([100_001], seed: 1, stream: 2),
        Random.mask([100_001], keeping: 0.3, seed: 1, stream: 3),
        Random.truncatedNormal([10_001], seed: 1, stream: 4),
      ]
    }
    try checkThreads { draws() }
    let expected = bits(draws())
    forEachInstructionSet { #expect(bits(draws()) == expected) }
  }
}
