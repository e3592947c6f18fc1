/// Random numbers of one purpose: a function of (seed, purpose, place) and of nothing else, so that
/// any of them can be made again at any time, by any thread.
///
/// Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) with the seed
/// as its key and (block, stream) as its counter.
public struct Draws: Sendable {
  private let seed: UInt64
  private let stream: UInt64
  private var block: UInt64
  private var words = SIMD4<UInt32>()
  private var used = 4

  /// What the numbers are for; each purpose has its own.
  enum Purpose: UInt64 {
    case shuffle = 1
    case augmentation = 2
    case partition = 3
  }

  /// - Parameters:
  ///   - part: Distinguishes draws of one purpose: the step of an augmentation.
  ///   - place: The sample; each has 2^20 blocks of its own.
  init(seed: UInt64, _ purpose: Purpose, part: Int = 0, epoch: Int, place: Int = 0) {
    self.seed = seed
    stream =
      purpose.rawValue << 56 | UInt64(truncatingIfNeeded: part & 0xFF) << 48
      | (UInt64(truncatingIfNeeded: epoch) & 0xFFFF_FFFF_FFFF)
    block = UInt64(truncatingIfNeeded: place) << 20
  }

  /// The next 32 random bits.
  mutating func next() -> UInt32 {
    if used == 4 {
      words = philox(seed: seed, stream: stream, block: block)
      block &+= 1
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }

  /// Uniform in [0, 1): a multiple of 2^-24.
  public mutating func uniform() -> Float { Float(next() >> 8) * 0x1p-24 }

  /// Uniform in 0 ..< bound, for bounds of at least 1.
  ///
  /// 64 random bits scaled: no whole number is more likely than another by more than 2^-32.
  public mutating func integer(below bound: Int) -> Int {
    let bits = UInt64(next()) << 32 | UInt64(next())
    return Int(bits.multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }
}

/// One block of Philox 4×32 with 10 rounds.
func philox(seed: UInt64, stream: UInt64, block: UInt64) -> SIMD4<UInt32> {
  var key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  var counter = SIMD4<UInt32>(
    UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
    UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
  for _ in 0..<10 {
    let first = UInt64(counter[0]) * 0xD251_1F53
    let second = UInt64(counter[2]) * 0xCD9E_8D57
    counter = SIMD4(
      UInt32(second >> 32) ^ counter[1] ^ key.0, UInt32(truncatingIfNeeded: second),
      UInt32(first >> 32) ^ counter[3] ^ key.1, UInt32(truncatingIfNeeded: first))
    key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
  }
  return counter
}
