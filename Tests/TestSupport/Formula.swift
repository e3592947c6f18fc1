public import Tensors

/// Numbers by formula, the same as in `Tests/Golden/formula.py`, so that a network here and one in
/// PyTorch can be filled alike without sharing a file.
///
/// Number i of a key is the SplitMix64 finaliser of fnv1a64("key#seed") + (i + 1)·golden, its top
/// 24 bits as a fraction, minus one half. i runs over the flat PyTorch order: O I H W for weights,
/// N C H W for images.
public enum Formula {
  /// `count` numbers in −0.5 ..< 0.5.
  public static func numbers(_ key: String, count: Int, seed: Int = 0) -> [Float] {
    let base = fingerprint("\(key)#\(seed)")
    return [Float](unsafeUninitializedCapacity: count) { target, initialised in
      if let first = target.baseAddress { fill(first, count, base) }
      initialised = count
    }
  }

  /// The numbers times `scale`, rounded to Float as NumPy does.
  public static func numbers(
    _ key: String, count: Int, seed: Int, scale: Float
  ) -> [Float] {
    numbers(key, count: count, seed: seed).map { $0 * scale }
  }

  /// Numbers in row-major order of `shape`.
  public static func tensor(
    _ key: String, _ shape: [Int], seed: Int = 0, scale: Float = 1
  ) throws -> Tensor {
    try Tensor(numbers(key, count: shape.elementCount, seed: seed, scale: scale), shape)
  }

  /// Images N H W C; `shape` and the order of the numbers are PyTorch's N C H W.
  public static func images(
    _ key: String, _ shape: [Int], seed: Int = 0, scale: Float = 1
  ) throws -> Tensor {
    try tensor(key, shape, seed: seed, scale: scale).transposed([0, 2, 3, 1])
  }

  /// The numbers of a state-dict entry in a checkpoint's order: by the end of its key and its rank.
  public static func weight(_ key: String, _ shape: [Int], seed: Int = 0) -> [Float] {
    let count = shape.elementCount
    let scale: Float
    let isAroundOne: Bool
    if key.hasSuffix("running_mean") {
      (scale, isAroundOne) = (0.2, false)
    } else if key.hasSuffix("running_var") {
      (scale, isAroundOne) = (0.4, true)
    } else if shape.count >= 2 {
      let fanIn = Double(shape.dropFirst().reduce(1, *))
      (scale, isAroundOne) = (Float(2 * (3 / fanIn).squareRoot()), false)
    } else {
      (scale, isAroundOne) = (0.2, key.hasSuffix("weight"))
    }
    return numbers(key, count: count, seed: seed).map {
      isAroundOne ? 1 + $0 * scale : $0 * scale
    }
  }

  /// FNV-1a of the text's bytes, 64 bits.
  public static func fingerprint(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  private static func fill(_ target: UnsafeMutablePointer<Float>, _ count: Int, _ base: UInt64) {
    parallelFor(count, chunk: 1 << 14) { low, high in
      var state = base &+ UInt64(low) &* 0x9E37_79B9_7F4A_7C15
      var index = low
      while index < high {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
        z = z ^ (z &>> 31)
        target[index] = Float(z &>> 40) * 0x1p-24 - 0.5
        index += 1
      }
    }
  }
}
