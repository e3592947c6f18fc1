import Tensors

/// The type of the numbers of a stored array.
public enum ElementType: String, Sendable, CaseIterable {
  // The raw values are the names of the safetensors format.
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  /// 4 exponent bits, 3 of fraction, no infinity (Micikevicius et al., 2022).
  case float8e4m3 = "F8_E4M3"
  /// 5 exponent bits, 2 of fraction.
  case float8e5m2 = "F8_E5M2"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case bool = "BOOL"

  /// Bytes of one number.
  public var size: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float8e4m3, .float8e5m2, .int8, .uint8, .bool: 1
    }
  }

  /// The name as people write it: `float16`, `float8_e4m3`.
  public var spelled: String {
    switch self {
    case .float8e4m3: "float8_e4m3"
    case .float8e5m2: "float8_e5m2"
    default: "\(self)"
    }
  }

  /// The types that kernels widen.
  var number: StoredNumber? {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float64: .float64
    case .int64: .int64
    default: nil
    }
  }

  /// Whether its numbers have fractions.
  public var isFloating: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16, .float8e4m3, .float8e5m2: true
    default: false
    }
  }
}

/// The value of an IEEE 754 half precision number. Exact, by integer arithmetic and one
/// subtraction of normal numbers, so that it holds where subnormal numbers are flushed to zero.
func widenedHalf(_ bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let rest = UInt32(bits & 0x7FFF) << 13
  let exponent = rest & 0x0F80_0000
  if exponent == 0x0F80_0000 { return Float(bitPattern: sign | 0x7F80_0000 | (rest & 0x7F_FFFF)) }
  if exponent == 0 {
    // 2^-14 · (1 + fraction) − 2^-14
    let value = Float(bitPattern: 0x3880_0000 | rest) - Float(bitPattern: 0x3880_0000)
    return sign == 0 ? value : -value
  }
  return Float(bitPattern: sign | (rest + 0x3800_0000))
}

/// The value of an 8-bit float E4M3: bias 7, 0x7F and 0xFF are no numbers, no infinities.
func widenedE4M3(_ bits: UInt8) -> Float {
  let exponent = Int(bits >> 3) & 15
  let fraction = Float(bits & 7) / 8
  if bits & 0x7F == 0x7F { return .nan }
  let size =
    exponent == 0
    ? fraction * Float(sign: .plus, exponent: -6, significand: 1)
    : Float(sign: .plus, exponent: exponent - 7, significand: 1 + fraction)
  return bits & 0x80 == 0 ? size : -size
}

/// The value of an 8-bit float E5M2: the upper half of a half.
func widenedE5M2(_ bits: UInt8) -> Float { widenedHalf(UInt16(bits) << 8) }
