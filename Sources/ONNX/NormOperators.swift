import Tensors

/// Normalisations, and softmax.
let normOperators: [String: OnnxOperator] = [
  "BatchNormalization": { call in
    let x = try call.numbers(0)
    let rest = try (1...4).map { try call.numbers($0).plain() }
    let order = call.channelOrder(x.rank)
    let y = try batchNormEvaluated(
      x.ordered(order), weight: rest[0], bias: rest[1], mean: rest[2], variance: rest[3],
      epsilon: call.number("epsilon", default: 1e-5))
    return [.numbers(OnnxTensor(y, order: order))]
  },
  "LayerNormalization": { call in
    let x = try call.numbers(0)
    let axis = try call.axes([call.integer("axis", default: -1)], rank: x.rank)[0]
    let plain = try x.plain()
    let width = plain.shape[axis...].reduce(1, *)
    let flat = try plain.reshaped(Array(plain.shape[..<axis]) + [width])
    let y = try layerNorm(
      flat, weight: call.optionalNumbers(1)?.plain().reshaped([width]),
      bias: call.optionalNumbers(2)?.plain().reshaped([width]),
      epsilon: call.number("epsilon", default: 1e-5))
    return [.numbers(OnnxTensor(try y.reshaped(plain.shape)))]
  },
  "InstanceNormalization": { call in
    let x = try call.numbers(0)
    guard x.rank > 1 else { throw call.problem("needs images [N, C, H, W]") }
    let order = call.channelOrder(x.rank)
    let y = try groupNorm(
      x.ordered(order), groups: x.shape[1], weight: call.numbers(1).plain(),
      bias: call.numbers(2).plain(), epsilon: call.number("epsilon", default: 1e-5))
    return [.numbers(OnnxTensor(y, order: order))]
  },
  "GroupNormalization": { call in
    let x = try call.numbers(0)
    let groups = try call.integer("num_groups", default: 1)
    let order = call.channelOrder(x.rank)
    guard x.rank > 1, groups > 0, x.shape[1] % groups == 0 else {
      throw call.problem("\(groups) groups do not divide the channels of \(shapeText(x.shape))")
    }
    /// One number a group up to opset 20, one a channel from 21 on.
    func byChannel(_ index: Int) throws -> Tensor {
      let tensor = try call.numbers(index).plain()
      guard tensor.count == groups, groups != x.shape[1] else { return tensor }
      let width = x.shape[1] / groups
      return try tensor.reshaped([groups, 1]).expanded(to: [groups, width])
        .reshaped([groups * width])
    }
    let y = try groupNorm(
      x.ordered(order), groups: groups, weight: byChannel(1), bias: byChannel(2),
      epsilon: call.number("epsilon", default: 1e-5))
    return [.numbers(OnnxTensor(y, order: order))]
  },
  "LpNormalization": { call in
    let x = try call.numbers(0)
    let axis = try call.axes([call.integer("axis", default: -1)], rank: x.rank)
    guard try call.integer("p", default: 2) == 2 else {
      throw call.problem("only p=2 is supported")
    }
    let length = try x.tensor.square().sum(axes: [x.order[axis[0]]], keepingAxes: true)
    return [.numbers(x.with(try x.tensor / length.squareRoot()))]
  },
  "Softmax": { try softmaxes($0) { try $0.softmax() } },
  "LogSoftmax": { try softmaxes($0) { try $0.logSoftmax() } },
]

extension OnnxCall {
  /// Axes in memory so that the channels, ONNX's axis 1, are the last.
  func channelOrder(_ rank: Int) -> [Int] {
    guard rank > 2 else { return Array(0..<rank) }
    return [0, rank - 1] + Array(1..<(rank - 1))
  }
}

/// Along an axis from opset 13 on; before, over everything from the axis on as one.
private func softmaxes(
  _ call: OnnxCall, _ function: (Tensor) throws -> Tensor
) throws -> [OnnxValue] {
  let x = try call.numbers(0)
  let isFlat = call.opset < 13
  let axis = try call.axes([call.integer("axis", default: isFlat ? 1 : -1)], rank: x.rank)[0]
  if isFlat, axis < x.rank - 1 {
    let plain = try x.plain()
    let rows = Array(plain.shape[..<axis]) + [plain.shape[axis...].reduce(1, *)]
    return [.numbers(OnnxTensor(try function(plain.reshaped(rows)).reshaped(plain.shape)))]
  }
  // The axis last in memory, the others in their order.
  var order = Array(0..<x.rank)
  for index in order.indices {
    order[index] = index == axis ? x.rank - 1 : index > axis ? index - 1 : index
  }
  return [.numbers(OnnxTensor(try function(x.ordered(order)), order: order))]
}
