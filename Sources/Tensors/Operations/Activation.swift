import CKernels

/// The nonlinear functions of networks, under the names PyTorch gives their modules.
public enum Activation: Sendable, Hashable {
  case none
  case relu
  case relu6
  /// x for x > 0, slope·x else.
  case leakyRelu(slope: Float)
  case gelu
  case silu
  case hardSwish
  case hardSigmoid
  case sigmoid
  case tanh
  case softplus
  case mish

  public var name: String {
    switch self {
    case .none: "Identity"
    case .relu: "ReLU"
    case .relu6: "ReLU6"
    case .leakyRelu: "LeakyReLU"
    case .gelu: "GELU"
    case .silu: "SiLU"
    case .hardSwish: "Hardswish"
    case .hardSigmoid: "Hardsigmoid"
    case .sigmoid: "Sigmoid"
    case .tanh: "Tanh"
    case .softplus: "Softplus"
    case .mish: "Mish"
    }
  }

  /// The activation of every number. Marked as throwing like all calls of network parts.
  public func callAsFunction(_ x: Tensor) throws -> Tensor {
    switch self {
    case .none: x
    case .relu: x.relu()
    case .relu6: x.relu6()
    case .leakyRelu(let slope): x.leakyRelu(slope: slope)
    case .gelu: x.gelu()
    case .silu: x.silu()
    case .hardSwish: x.hardSwish()
    case .hardSigmoid: x.hardSigmoid()
    case .sigmoid: x.sigmoid()
    case .tanh: x.tanh()
    case .softplus: x.softplus()
    case .mish: x.mish()
    }
  }
}

extension Tensor {
  /// max(x, 0); its derivative at 0 is 0.
  public func relu() -> Tensor {
    elementwise("relu", AK_UNARY_RELU, self) { $0.inputs[0].step() }
  }

  /// min(max(x, 0), 6).
  public func relu6() -> Tensor {
    elementwise("relu6", AK_UNARY_RELU6, self) { $0.inputs[0].constantSlope(of: AK_UNARY_RELU6) }
  }

  /// x for x > 0, slope·x else.
  public func leakyRelu(slope: Float = 0.01) -> Tensor {
    elementwise("leakyRelu", AK_UNARY_LEAKY_RELU, self, slope) {
      $0.inputs[0].constantSlope(of: AK_UNARY_LEAKY_RELU, slope)
    }
  }

  /// x for x > 0, a·(e^x − 1) else (Clevert et al. 2016, https://arxiv.org/abs/1511.07289).
  public func elu(_ a: Float = 1) -> Tensor {
    elementwise("elu", AK_UNARY_ELU, self, a) { p in
      let positive = p.inputs[0].step()
      // Clamped, so that the unused side does not overflow.
      let falling = try p.inputs[0].clamped(-.infinity, 0).exp() * a
      return try positive + falling * (1 - positive)
    }
  }

  /// x·Φ(x), Φ the normal distribution by the error function (Hendrycks and Gimpel 2016,
  /// https://arxiv.org/abs/1606.08415).
  public func gelu() -> Tensor {
    elementwise("gelu", AK_UNARY_GELU, self) { p in
      let x = p.inputs[0]
      let below = try ((x * 0.707_106_8).erf() + 1) * 0.5
      return try below + x * (x.square() * -0.5).exp() * 0.398_942_3
    }
  }

  /// x·sigmoid(x).
  public func silu() -> Tensor {
    elementwise("silu", AK_UNARY_SILU, self) { p in
      let x = p.inputs[0]
      let s = x.sigmoid()
      return try s * (1 + x * (1 - s))
    }
  }

  /// x·tanh(softplus(x)) (Misra 2019, https://arxiv.org/abs/1908.08681).
  public func mish() -> Tensor {
    elementwise("mish", AK_UNARY_MISH, self) { p in
      let x = p.inputs[0]
      let t = x.softplus().tanh()
      return try t + x * x.sigmoid() * (1 - t.square())
    }
  }

  /// x·relu6(x + 3)/6 (Howard et al. 2019, https://arxiv.org/abs/1905.02244).
  public func hardSwish() -> Tensor {
    elementwise("hardSwish", AK_UNARY_HARD_SWISH, self) { p in
      let x = p.inputs[0]
      let above = x.step(above: 3)
      let inside = try x.step(above: -3) - above
      return try above + inside * (x * (1 / 3) + 0.5)
    }
  }

  /// relu6(x + 3)/6.
  public func hardSigmoid() -> Tensor {
    elementwise("hardSigmoid", AK_UNARY_HARD_SIGMOID, self) {
      $0.inputs[0].constantSlope(of: AK_UNARY_HARD_SIGMOID)
    }
  }
}
