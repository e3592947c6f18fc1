import Tensors

/// Random numbers of one purpose, one after the other: a function of (seed, stream, place) and of
/// nothing else, so that any of them can be made again at any time, by any thread.
public struct Draws: Sendable {
  private let seed: UInt64
  private let stream: UInt64
  private var position: Int
  private var words: [UInt32] = []
  private var used = 0

  /// Each place of a stream has 2^20 words of its own.
  init(seed: UInt64, stream: UInt64, place: Int = 0) {
    self.seed = seed
    self.stream = stream
    position = place << 20
  }

  /// The next 32 random bits.
  mutating func next() -> UInt32 {
    if used == words.count {
      words = Random.words(position..<position + 8, seed: seed, stream: stream)
      position += 8
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
