import CKernels

/// The functions of one number that operations are made of; up to two constants go with them.
public enum UnaryFunction: String, CaseIterable, Sendable {
  case negate
  case absolute
  case sign
  case reciprocal
  case square
  case squareRoot
  case reciprocalSquareRoot
  case exp
  case log
  case tanh
  case sigmoid
  case erf
  case softplus
  case relu
  case relu6
  /// x for x > 0, a·x else.
  case leakyRelu
  /// x for x > 0, a·(e^x − 1) else.
  case elu
  case gelu
  case silu
  case hardSwish
  case hardSigmoid
  case mish
  /// x^a.
  case power
  /// a·x + b.
  case affine
  /// min(max(x, a), b).
  case clamp
  /// 1 where x > a, else 0.
  case step
  case sine
  case cosine

  /// The kernels' name of it.
  var code: ak_unary_op {
    switch self {
    case .negate: AK_UNARY_NEGATE
    case .absolute: AK_UNARY_ABSOLUTE
    case .sign: AK_UNARY_SIGN
    case .reciprocal: AK_UNARY_RECIPROCAL
    case .square: AK_UNARY_SQUARE
    case .squareRoot: AK_UNARY_SQUARE_ROOT
    case .reciprocalSquareRoot: AK_UNARY_RECIPROCAL_ROOT
    case .exp: AK_UNARY_EXP
    case .log: AK_UNARY_LOG
    case .tanh: AK_UNARY_TANH
    case .sigmoid: AK_UNARY_SIGMOID
    case .erf: AK_UNARY_ERF
    case .softplus: AK_UNARY_SOFTPLUS
    case .relu: AK_UNARY_RELU
    case .relu6: AK_UNARY_RELU6
    case .leakyRelu: AK_UNARY_LEAKY_RELU
    case .elu: AK_UNARY_ELU
    case .gelu: AK_UNARY_GELU
    case .silu: AK_UNARY_SILU
    case .hardSwish: AK_UNARY_HARD_SWISH
    case .hardSigmoid: AK_UNARY_HARD_SIGMOID
    case .mish: AK_UNARY_MISH
    case .power: AK_UNARY_POWER
    case .affine: AK_UNARY_AFFINE
    case .clamp: AK_UNARY_CLAMP
    case .step: AK_UNARY_STEP
    case .sine: AK_UNARY_SINE
    case .cosine: AK_UNARY_COSINE
    }
  }

  /// The function that the kernels know by this name; nil for one that is not in the list.
  init?(_ code: ak_unary_op) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }

  /// The kernels' number of it, for callers that run them on memory of their own.
  public var kernelCode: Int32 { Int32(code.rawValue) }
}

/// The functions of two numbers, with NumPy's broadcasting.
public enum BinaryFunction: String, CaseIterable, Sendable {
  case add
  case subtract
  case multiply
  case divide
  case maximum
  case minimum
  /// 1 where the first is greater, else 0.
  case greater
  case greaterEqual
  /// 1 where both are equal, else 0.
  case equal

  /// The kernels' name of it.
  var code: ak_binary_op {
    switch self {
    case .add: AK_ADD
    case .subtract: AK_SUBTRACT
    case .multiply: AK_MULTIPLY
    case .divide: AK_DIVIDE
    case .maximum: AK_MAXIMUM
    case .minimum: AK_MINIMUM
    case .greater: AK_GREATER
    case .greaterEqual: AK_GREATER_EQUAL
    case .equal: AK_EQUAL
    }
  }

  /// The kernels' number of it, for callers that run them on memory of their own.
  public var kernelCode: Int32 { Int32(code.rawValue) }
}

/// What is left of axes that are reduced.
public enum Reduction: String, CaseIterable, Sendable {
  case sum
  case mean
  case maximum
  case minimum
}
