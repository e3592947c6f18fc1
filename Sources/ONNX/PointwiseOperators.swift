import Tensors

/// Functions of every number by itself.
let pointwiseOperators: [String: OnnxOperator] = [
  "Relu": pointwise { $0.relu() },
  "Sigmoid": pointwise { $0.sigmoid() },
  "Tanh": pointwise { $0.tanh() },
  "Erf": pointwise { $0.erf() },
  "Exp": pointwise { $0.exp() },
  "Log": pointwise { $0.log() },
  "Reciprocal": pointwise { $0.reciprocal() },
  "Softplus": pointwise { $0.softplus() },
  "Softsign": pointwise { try $0 / ($0.abs() + 1) },
  "Mish": pointwise { $0.mish() },
  "HardSwish": pointwise { $0.hardSwish() },
  "Sin": pointwise { $0.sine() },
  "Cos": pointwise { $0.cosine() },
  "Sign": pointwise { $0.sign() },
  "Sqrt": integralToo({ $0 < 0 ? 0 : Int(Double($0).squareRoot()) }, { $0.squareRoot() }),
  "Neg": integralToo({ 0 &- $0 }, { -$0 }),
  "Abs": integralToo({ $0 == .min ? .max : abs($0) }, { $0.abs() }),
  "Gelu": { call in
    let x = try call.numbers(0)
    guard try call.text("approximate", default: "none") == "tanh" else {
      return [.numbers(x.with(x.tensor.gelu()))]
    }
    let t = x.tensor
    let inner = try (t + t * t * t * 0.044_715) * 0.797_884_56
    return [.numbers(x.with(try t * 0.5 * (inner.tanh() + 1)))]
  },
  "LeakyRelu": { call in
    let x = try call.numbers(0)
    return [.numbers(x.with(x.tensor.leakyRelu(slope: try call.number("alpha", default: 0.01))))]
  },
  "Elu": { call in
    let x = try call.numbers(0)
    return [.numbers(x.with(x.tensor.elu(try call.number("alpha", default: 1))))]
  },
  "PRelu": { call in
    let (x, slope, order) = try call.aligned(0, 1)
    return [.numbers(OnnxTensor(try x.relu() - (-x).relu() * slope, order: order))]
  },
  "HardSigmoid": { call in
    let x = try call.numbers(0)
    let (alpha, beta) = (
      try call.number("alpha", default: 0.2), try call.number("beta", default: 0.5)
    )
    if abs(alpha - 1 / 6) < 1e-6, beta == 0.5 { return [.numbers(x.with(x.tensor.hardSigmoid()))] }
    return [.numbers(x.with(x.tensor.affine(scale: alpha, offset: beta).clamped(0, 1)))]
  },
  "Clip": { call in
    let x = try call.numbers(0)
    let low = try call.optionalNumbers(1)?.tensor.values.first ?? -Float.infinity
    let high = try call.optionalNumbers(2)?.tensor.values.first ?? Float.infinity
    if low == 0, high == 6 { return [.numbers(x.with(x.tensor.relu6()))] }
    return [.numbers(x.with(x.tensor.clamped(low, high)))]
  },
  "Ceil": rounded(.up),
  "Floor": rounded(.down),
  "Round": rounded(.toNearestOrEven),
  "Identity": { [try $0.value(0)] },
  "Dropout": { call in
    // In evaluation, everything passes; a mask that somebody asks for is all ones.
    let x = try call.value(0)
    guard call.node.outputs.count > 1 else { return [x] }
    let shape = x.shape
    return [x, .integers(OnnxIntegers(Array(repeating: 1, count: shape.elementCount), shape))]
  },
  "Cast": { call in
    let kind = OnnxTensorProto.DataType(rawValue: try call.integer("to", default: 0))
    switch (try call.value(0), kind) {
    case (.integers(let integers), .float), (.integers(let integers), .float16),
      (.integers(let integers), .double), (.integers(let integers), .bfloat16):
      let tensor = try Tensor(integers.values.map { Float($0) }, integers.shape)
      return [.numbers(OnnxTensor(tensor))]
    case (.integers(let integers), .bool):
      return [.integers(OnnxIntegers(integers.values.map { $0 == 0 ? 0 : 1 }, integers.shape))]
    case (.integers(let integers), _): return [.integers(integers)]
    case (.numbers(let tensor), .float), (.numbers(let tensor), .float16),
      (.numbers(let tensor), .double), (.numbers(let tensor), .bfloat16):
      return [.numbers(tensor)]
    case (.numbers(let tensor), .bool) where tensor.tensor.isTracked:
      // A truth value of numbers that depend on the images stays a number, 0 or 1.
      return [.numbers(tensor.with(tensor.tensor.abs().step()))]
    default: return [.integers(try call.integers(0))]
    }
  },
]

private func pointwise(_ function: @escaping @Sendable (Tensor) throws -> Tensor) -> OnnxOperator {
  { call in
    let x = try call.numbers(0)
    return [.numbers(x.with(try function(x.tensor)))]
  }
}

/// Rounding, which shapes are computed with; numbers of the images have no use for it.
private func rounded(_ rule: FloatingPointRoundingRule) -> OnnxOperator {
  { call in
    if case .integers(let x) = try call.value(0) { return [.integers(x)] }
    let x = try call.numbers(0)
    guard !x.tensor.isTracked else { throw call.problem("is supported for constants only") }
    let values = x.tensor.values.map { $0.rounded(rule) }
    return [.numbers(x.with(try Tensor(values, x.tensor.shape)))]
  }
}

/// A function that shapes are computed with, too.
private func integralToo(
  _ whole: @escaping @Sendable (Int) -> Int,
  _ function: @escaping @Sendable (Tensor) throws -> Tensor
) -> OnnxOperator {
  { call in
    if case .integers(let x) = try call.value(0) {
      return [.integers(OnnxIntegers(x.values.map(whole), x.shape))]
    }
    let x = try call.numbers(0)
    return [.numbers(x.with(try function(x.tensor)))]
  }
}
