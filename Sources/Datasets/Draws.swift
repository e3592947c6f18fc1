import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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

  /// Uniform in [low, high).
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * (Double(next()) * 0x1p-32)
  }

  /// True with a probability.
  public mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

  /// Uniform in 0 ..< bound, for bounds of at least 1.
  ///
  /// 64 random bits scaled: no whole number is more likely than another by more than 2^-32.
  public mutating func integer(below bound: Int) -> Int {
    let bits = UInt64(next()) << 32 | UInt64(next())
    return Int(bits.multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }

  /// Normal with mean 0 and deviation 1 (Box and Muller 1958).
  public mutating func normal() -> Double {
    let radius = (-2 * log((Double(next()) + 0.5) * 0x1p-32)).squareRoot()
    return radius * cos(2 * .pi * Double(next()) * 0x1p-32)
  }

  /// Gamma of a positive shape and scale 1 (Marsaglia and Tsang 2000,
  /// https://doi.org/10.1145/358407.358414).
  mutating func gamma(_ shape: Double) -> Double {
    let boosted = max(shape, shape < 1 ? shape + 1 : shape)
    let d = boosted - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    var result = d
    // One try in twenty fails.
    for _ in 0..<64 {
      let x = normal()
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      let u = (Double(next()) + 0.5) * 0x1p-32
      if v > 0, log(u) < 0.5 * x * x + d - d * v + d * log(v) {
        result = d * v
        break
      }
    }
    return shape < 1 ? result * pow((Double(next()) + 0.5) * 0x1p-32, 1 / shape) : result
  }

  /// Beta(α, α), in 0 … 1.
  public mutating func beta(_ alpha: Double) -> Double {
    let (a, b) = (gamma(alpha), gamma(alpha))
    return a + b > 0 ? a / (a + b) : 0.5
  }
}
