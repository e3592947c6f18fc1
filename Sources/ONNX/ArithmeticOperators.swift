import Tensors

/// Functions of two or more operands, with NumPy's broadcasting.
let arithmeticOperators: [String: OnnxOperator] = [
  "Add": binary({ $0.addingReportingOverflow($1) }, { try $0 + $1 }),
  "Sub": binary({ $0.subtractingReportingOverflow($1) }, { try $0 - $1 }),
  "Mul": binary({ $0.multipliedReportingOverflow(by: $1) }, { try $0 * $1 }),
  "Div": binary({ $0.dividedReportingOverflow(by: $1) }, { try $0 / $1 }),
  "Max": several({ max($0, $1) }, { try maximum($0, $1) }),
  "Min": several({ min($0, $1) }, { try minimum($0, $1) }),
  "Sum": several({ $0 &+ $1 }, { try $0 + $1 }),
  "Mod": { call in
    guard call.isIntegral else { throw call.problem("is supported for whole numbers only") }
    return [
      try call.whole { a, b in
        guard b != 0 else { return (0, true) }
        let (rest, overflows) = a.remainderReportingOverflow(dividingBy: b)
        return (rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest, overflows)
      }
    ]
  },
  "Mean": { call in
    let sum = try several({ $0 &+ $1 }, { try $0 + $1 })(call)
    guard case .numbers(let total)? = sum.first else { return sum }
    return [.numbers(total.with(try total.tensor * (1 / Float(call.inputs.count))))]
  },
  "Pow": { call in
    let x = try call.numbers(0)
    let exponent = try call.numbers(1)
    guard !exponent.tensor.isTracked, let power = exponent.tensor.values.first,
      exponent.tensor.values.allSatisfy({ $0 == power })
    else { throw call.problem("is supported with one constant exponent only") }
    return [.numbers(x.with(x.tensor.power(power)))]
  },
]

/// Comparisons and what is chosen by them. Truth values of whole numbers are computed at once; those
/// of numbers are 0 and 1.
let comparisonOperators: [String: OnnxOperator] = [
  "Equal": binary({ ($0 == $1 ? 1 : 0, false) }, { try $0.isEqual(to: $1) }),
  "Greater": binary({ ($0 > $1 ? 1 : 0, false) }, { try $0.isGreater(than: $1) }),
  "Less": binary({ ($0 < $1 ? 1 : 0, false) }, { try $1.isGreater(than: $0) }),
  "GreaterOrEqual": binary({ ($0 >= $1 ? 1 : 0, false) }, { try 1 - $1.isGreater(than: $0) }),
  "LessOrEqual": binary({ ($0 <= $1 ? 1 : 0, false) }, { try 1 - $0.isGreater(than: $1) }),
  "And": binary({ ($0 != 0 && $1 != 0 ? 1 : 0, false) }, { try $0 * $1 }),
  "Or": binary({ ($0 != 0 || $1 != 0 ? 1 : 0, false) }, { try maximum($0, $1) }),
  "Not": { call in
    if case .integers(let x) = try call.value(0) {
      return [.integers(OnnxIntegers(x.values.map { $0 == 0 ? 1 : 0 }, x.shape))]
    }
    let x = try call.numbers(0)
    return [.numbers(x.with(try 1 - x.tensor))]
  },
  "Where": { call in
    if call.isIntegral { return [try call.chosen()] }
    let mask = try call.numbers(0)
    let (a, b, order) = try call.aligned(1, 2)
    let shape = try call.checked(
      try call.broadcast(
        try call.broadcast(call.numbers(1).shape, call.numbers(2).shape), mask.shape))
    var target = shape
    for (axis, place) in order.enumerated() where order.count == shape.count {
      target[place] = shape[axis]
    }
    guard order.count == shape.count else { throw call.problem("its condition has more axes") }
    return [
      .numbers(
        OnnxTensor(
          try Tensor.select(
            call.fitted(mask, rank: order.count, order: order).expanded(to: target),
            a.expanded(to: target), b.expanded(to: target)), order: order))
    ]
  },
]

private func binary(
  _ whole: @escaping @Sendable (Int, Int) -> (Int, Bool),
  _ function: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
) -> OnnxOperator {
  { call in
    if call.isIntegral { return [try call.whole(whole)] }
    let (a, b, order) = try call.aligned(0, 1)
    return [.numbers(OnnxTensor(try function(a, b), order: order))]
  }
}

private func several(
  _ whole: @escaping @Sendable (Int, Int) -> Int,
  _ function: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
) -> OnnxOperator {
  { call in
    guard var result = call.inputs.first ?? nil else { throw call.problem("has no input") }
    for index in call.inputs.indices.dropFirst() {
      let pair = OnnxCall(
        node: call.node, inputs: [result, call.inputs[index]], opset: call.opset, file: call.file,
        prepared: call.prepared, limit: call.limit)
      result = try binary({ (whole($0, $1), false) }, function)(pair)[0]
    }
    return [result]
  }
}

extension OnnxCall {
  /// The shape that both are brought to.
  func broadcast(_ a: [Int], _ b: [Int]) throws -> [Int] {
    let rank = max(a.count, b.count)
    let a = Array(repeating: 1, count: rank - a.count) + a
    let b = Array(repeating: 1, count: rank - b.count) + b
    return try zip(a, b).map { x, y in
      guard x == y || x == 1 || y == 1 else {
        throw problem("shapes \(shapeText(a)) and \(shapeText(b)) do not go together")
      }
      return x == 1 ? y : x
    }
  }

  /// Two operands with their axes in memory in one order, and that order.
  func aligned(_ first: Int, _ second: Int) throws -> (Tensor, Tensor, [Int]) {
    let (a, b) = (try numbers(first), try numbers(second))
    _ = try checked(try broadcast(a.shape, b.shape))
    // The larger operand stays as it is; among equals the one that depends on the images.
    let isFirst =
      a.rank != b.rank
      ? a.rank > b.rank
      : a.tensor.count != b.tensor.count
        ? a.tensor.count > b.tensor.count : a.tensor.isTracked || !b.tensor.isTracked
    let order = isFirst ? a.order : b.order
    return (
      try fitted(a, rank: order.count, order: order),
      try fitted(b, rank: order.count, order: order), order
    )
  }

  /// An operand with new axes in front, in memory in an order; single numbers have no axes.
  func fitted(_ x: OnnxTensor, rank: Int, order: [Int]) throws -> Tensor {
    if x.rank == rank { return try x.ordered(order) }
    if x.tensor.count == 1 { return try x.tensor.reshaped([]) }
    let full = try x.plain().reshaped(Array(repeating: 1, count: rank - x.rank) + x.shape)
    return try OnnxTensor(full).ordered(order)
  }

  /// A function of two lists of whole numbers, one of which may be a single one.
  func whole(_ function: (Int, Int) -> (Int, Bool)) throws -> OnnxValue {
    let (a, b) = (try integers(0), try integers(1))
    let shape = try checked(try broadcast(a.shape, b.shape))
    let (first, second) = (try spread(a, shape), try spread(b, shape))
    return .integers(
      OnnxIntegers(
        try zip(first, second).map { x, y in
          let (value, isWrong) = function(x, y)
          guard !isWrong else { throw problem("\(x) and \(y) have no result") }
          return value
        }, shape))
  }

  func chosen() throws -> OnnxValue {
    let (mask, a, b) = (try integers(0), try integers(1), try integers(2))
    let shape = try checked(try broadcast(try broadcast(a.shape, b.shape), mask.shape))
    let (flags, first, second) = (
      try spread(mask, shape), try spread(a, shape), try spread(b, shape)
    )
    return .integers(
      OnnxIntegers(
        shape.elementCount == 0
          ? []
          : flags.indices.map {
            flags[$0] != 0 ? first[$0] : second[$0]
          }, shape))
  }

  /// Whole numbers repeated to a shape.
  func spread(_ x: OnnxIntegers, _ shape: [Int]) throws -> [Int] {
    if x.shape == shape { return x.values }
    if x.values.count == 1 { return Array(repeating: x.values[0], count: shape.elementCount) }
    let rank = shape.count
    let sizes = Array(repeating: 1, count: rank - x.shape.count) + x.shape
    return (0..<shape.elementCount).map { place in
      var (rest, index, step) = (place, 0, 1)
      for axis in stride(from: rank - 1, through: 0, by: -1) {
        let at = rest % shape[axis]
        rest /= shape[axis]
        index += sizes[axis] == 1 ? 0 : at * step
        step *= sizes[axis]
      }
      return x.values[index]
    }
  }
}
