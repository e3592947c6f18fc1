import CKernels

/// Random numbers as functions of (seed, stream, index): Philox 4×32-10 (Salmon et al. 2011,
/// https://doi.org/10.1145/2063384.2063405). There is no state, so any draw can be made again.
public enum Random {
  /// A stream for a purpose: a hash of its parts, "dropout", "layer1.0", 731.
  ///
  /// FNV-1a over the parts' text with a separator behind each, mixed so that neighbours differ in
  /// all bits (the finaliser of SplitMix64, Steele et al. 2014).
  public static func stream(_ parts: any CustomStringConvertible...) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for part in parts {
      for byte in part.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ 0xff) &* 0x100_0000_01b3
    }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }

  /// Uniform in the range; in [0, 1) multiples of 2⁻²⁴.
  public static func uniform(
    _ shape: [Int], in range: Range<Float> = 0..<1, seed: UInt64, stream: UInt64
  ) -> Tensor {
    let numbers = drawn(shape) { ak_random_uniform(seed, stream, $0, $1, $2) }
    let width = range.upperBound - range.lowerBound
    if range == 0..<1 { return numbers }
    return numbers.mapped(AK_UNARY_AFFINE, width, range.lowerBound)
  }

  /// Normal by Box and Muller (1958).
  public static func normal(
    _ shape: [Int], mean: Float = 0, deviation: Float = 1, seed: UInt64, stream: UInt64
  ) -> Tensor {
    let numbers = drawn(shape) { ak_random_normal(seed, stream, $0, $1, $2) }
    return mean == 0 && deviation == 1
      ? numbers : numbers.mapped(AK_UNARY_AFFINE, deviation, mean)
  }

  /// Normal with mean 0, numbers beyond two deviations drawn again (in the next of a fixed series
  /// of streams).
  public static func truncatedNormal(
    _ shape: [Int], deviation: Float = 1, seed: UInt64, stream: UInt64
  ) -> Tensor {
    var numbers = normal(shape, seed: seed, stream: stream)
    let count = numbers.count
    numbers.mutate { y in
      // Each round leaves 4.6 % of the numbers; 64 rounds leave none.
      for round in 1...64 {
        var isDone = true
        for index in 0..<count where !(Swift.abs(y[index]) <= 2) {
          isDone = false
          ak_random_normal(
            seed, stream &+ UInt64(round) &* 0x9e37_79b9_7f4a_7c15, y + index, UInt64(index),
            UInt64(index) + 1)
        }
        if isDone { break }
      }
    }
    return numbers.mapped(AK_UNARY_AFFINE, deviation, 0)
  }

  /// 1/p with probability p, else 0: the mask of a dropout that keeps the share p, scaled so that
  /// the mean stays.
  public static func mask(
    _ shape: [Int], keeping probability: Float, seed: UInt64, stream: UInt64
  ) -> Tensor {
    drawn(shape) {
      ak_random_mask(seed, stream, probability, 1 / probability, $0, $1, $2)
    }
  }

  /// 32 random bits each, numbers `range` of the stream.
  public static func words(_ range: Range<Int>, seed: UInt64, stream: UInt64) -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: range.count) { buffer, count in
      if let base = buffer.baseAddress {
        ak_random_words(
          seed, stream, base, UInt64(range.lowerBound), UInt64(range.upperBound))
      }
      count = range.count
    }
  }

  /// Number `index` of the stream, whole, in 0 ..< limit (by the high half of a product; the bias is
  /// below limit/2³²).
  public static func integer(
    below limit: Int, seed: UInt64, stream: UInt64, index: Int = 0
  ) -> Int {
    let word = words(index..<(index + 1), seed: seed, stream: stream)[0]
    return Int((UInt64(word) &* UInt64(limit)) >> 32)
  }

  /// 0 ..< count in random order (Fisher and Yates).
  public static func permutation(_ count: Int, seed: UInt64, stream: UInt64) -> [Int] {
    var order = Array(0..<count)
    guard count > 1 else { return order }
    let draws = words(0..<count, seed: seed, stream: stream)
    for place in stride(from: count - 1, to: 0, by: -1) {
      let other = Int((UInt64(draws[place]) &* UInt64(place + 1)) >> 32)
      order.swapAt(place, other)
    }
    return order
  }

  /// Numbers 0 ..< count of a stream, written range by range.
  private static func drawn(
    _ shape: [Int], _ kernel: (UnsafeMutablePointer<Float>, UInt64, UInt64) -> Void
  ) -> Tensor {
    Tensor.filled(shape) { y in
      parallelFor(shape.elementCount, chunk: elementChunk) { low, high in
        kernel(y + low, UInt64(low), UInt64(high))
      }
    }
  }
}
