import CKernels

// Elementary functions of every number. Errors of the kernels are at most 2–3 units in the last
// place; limits and NaN are those of IEEE 754.

extension Tensor {
  /// −x.
  public static prefix func - (x: Tensor) -> Tensor {
    record("negate", [x], x.mapped(AK_UNARY_NEGATE), as: .unary(.negate)) { [-$0.gradient] }
  }

  /// |x|; its derivative at 0 is 0.
  public func abs() -> Tensor {
    elementwise("abs", AK_UNARY_ABSOLUTE, self) { p in p.inputs[0].sign() }
  }

  /// −1, 0 or 1; a constant of the tape, since its derivative is 0.
  public func sign() -> Tensor {
    note("sign", [self], mapped(AK_UNARY_SIGN), as: .unary(.sign))
  }

  /// 1 where x > threshold, else 0; a constant of the tape.
  public func step(above threshold: Float = 0) -> Tensor {
    note("step", [self], mapped(AK_UNARY_STEP, threshold), as: .unary(.step, threshold))
  }

  /// 1/x.
  public func reciprocal() -> Tensor {
    elementwise("reciprocal", AK_UNARY_RECIPROCAL, self, savesOutput: true, hasKernel: false) {
      -$0.output.square()
    }
  }

  /// x².
  public func square() -> Tensor {
    elementwise("square", AK_UNARY_SQUARE, self, hasKernel: false) { try $0.inputs[0] * 2 }
  }

  /// √x.
  public func squareRoot() -> Tensor {
    elementwise("sqrt", AK_UNARY_SQUARE_ROOT, self, savesOutput: true) { try 0.5 / $0.output }
  }

  /// 1/√x.
  public func reciprocalSquareRoot() -> Tensor {
    elementwise("rsqrt", AK_UNARY_RECIPROCAL_ROOT, self, savesOutput: true) {
      try $0.output.square() * $0.output * -0.5
    }
  }

  /// e^x.
  public func exp() -> Tensor {
    elementwise("exp", AK_UNARY_EXP, self, savesOutput: true) { $0.output }
  }

  /// The natural logarithm.
  public func log() -> Tensor {
    elementwise("log", AK_UNARY_LOG, self) { $0.inputs[0].reciprocal() }
  }

  public func tanh() -> Tensor {
    elementwise("tanh", AK_UNARY_TANH, self, savesOutput: true) { try 1 - $0.output.square() }
  }

  /// 1/(1 + e^−x).
  public func sigmoid() -> Tensor {
    elementwise("sigmoid", AK_UNARY_SIGMOID, self, savesOutput: true) {
      try $0.output * (1 - $0.output)
    }
  }

  /// The error function 2/√π·∫₀ˣ e^−t² dt.
  public func erf() -> Tensor {
    elementwise("erf", AK_UNARY_ERF, self) { try (-$0.inputs[0].square()).exp() * 1.128_379_2 }
  }

  /// ln(1 + e^x).
  public func softplus() -> Tensor {
    elementwise("softplus", AK_UNARY_SOFTPLUS, self) { $0.inputs[0].sigmoid() }
  }

  public func sine() -> Tensor {
    elementwise("sin", AK_UNARY_SINE, self, hasKernel: false) { $0.inputs[0].cosine() }
  }

  public func cosine() -> Tensor {
    elementwise("cos", AK_UNARY_COSINE, self, hasKernel: false) { -$0.inputs[0].sine() }
  }

  /// x^p.
  public func power(_ exponent: Float) -> Tensor {
    switch exponent {
    case 2: square()
    case 1: self
    case 0.5: squareRoot()
    case -0.5: reciprocalSquareRoot()
    case -1: reciprocal()
    default:
      elementwise("power", AK_UNARY_POWER, self, exponent, hasKernel: false) {
        try $0.inputs[0].power(exponent - 1) * exponent
      }
    }
  }

  /// min(max(x, low), high); the derivative at the ends is 1, as in PyTorch.
  public func clamped(_ low: Float, _ high: Float) -> Tensor {
    elementwise("clamp", AK_UNARY_CLAMP, self, low, high) {
      $0.inputs[0].constantSlope(of: AK_UNARY_CLAMP, low, high)
    }
  }

  /// scale·x + offset.
  public func affine(scale: Float, offset: Float) -> Tensor {
    record(
      "affine", [self], mapped(AK_UNARY_AFFINE, scale, offset), as: .unary(.affine, scale, offset)
    ) {
      [$0.gradient.affine(scale: scale, offset: 0)]
    }
  }
}
