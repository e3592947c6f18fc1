import Tensors

extension Graph {
  /// Scales and shifts of channels become part of the convolution or dense layer in front of them:
  /// (x·W + b)·s + t = x·(W·s) + (b·s + t).
  ///
  /// Only where nothing else reads what is in front. A scale of a scale becomes one.
  mutating func foldScales() throws {
    let uses = uses
    var makers = producers
    for index in operations.indices {
      guard let found = scaleShift(operations[index]), uses[found.x] == 1,
        let maker = makers[found.x], operations[maker].isBare,
        try fold(found, into: maker)
      else { continue }
      // What was behind the scale goes with the layer, to the place of the scale: a residual may be
      // made only between the two.
      var folded = operations[maker]
      folded.output = operations[index].output
      folded.residual = operations[index].residual
      folded.activation = operations[index].activation
      operations[index] = folded
      operations[maker].output = newValue(shapes[folded.output])
      makers[found.x] = nil
      makers[folded.output] = index
    }
    removeUnused()
  }

  /// Changes the operation's constants; false where it has none that can be.
  private mutating func fold(_ found: ScaleShift, into maker: Int) throws -> Bool {
    switch operations[maker].primitive {
    case .convolution, .linear: return try foldIntoProduct(found, maker)
    default:
      guard let inner = scaleShift(operations[maker]),
        let width = shapes[operations[maker].output].last?.fixed
      else { return false }
      let scale = try found.scaled(inner.scale ?? Tensor(repeating: 1, [width]))
      let shift = try found.applied(to: inner.shift ?? Tensor(zeros: [width]))
      operations[maker].primitive = .scaleShift
      operations[maker].inputs = [inner.x, addConstant(scale), addConstant(shift)]
      return true
    }
  }

  private mutating func foldIntoProduct(_ found: ScaleShift, _ maker: Int) throws -> Bool {
    let operation = operations[maker]
    guard let weight = constants[operation.inputs[1]], let width = weight.tensor.shape.last else {
      return false
    }
    var bias: Tensor?
    if operation.inputs.count > 2 {
      guard let known = tensor(operation.inputs[2]) else { return false }
      bias = known
    }
    if let scale = found.scale {
      operations[maker].inputs[1] = addConstant(
        weight.tensor, scale: try weight.scale.map { try $0 * scale } ?? scale)
    }
    if bias != nil || found.shift != nil {
      let new = try found.applied(to: bias ?? Tensor(zeros: [width]))
      operations[maker].inputs = Array(operations[maker].inputs.prefix(2)) + [addConstant(new)]
    }
    return true
  }

  /// Scales and shifts become part of the convolution or dense layer behind them, where that is the
  /// same: W′[c, k] = s[c]·W[c, k], b′[k] = b[k] + Σ t[c]·W[c, k]. A shift in front of a padded
  /// convolution is not: the padding would have to be shifted, too.
  mutating func foldScalesForward() throws {
    let uses = uses
    let makers = producers
    for index in operations.indices {
      guard let x = operations[index].inputs.first, let maker = makers[x], uses[x] == 1,
        operations[maker].isBare, let found = scaleShift(operations[maker]),
        let weight = operations[index].inputs.dropFirst().first.flatMap(tensor),
        let new = try foldForward(found, operations[index].primitive, weight)
      else { continue }
      var bias = new.bias
      if operations[index].inputs.count > 2 {
        guard let known = tensor(operations[index].inputs[2]) else { continue }
        bias = try bias.map { try $0 + known } ?? known
      }
      operations[index].inputs =
        [found.x, addConstant(new.weight)] + (bias.map { [addConstant($0)] } ?? [])
    }
    removeUnused()
  }

  private func foldForward(
    _ found: ScaleShift, _ primitive: Primitive, _ weight: Tensor
  ) throws -> (weight: Tensor, bias: Tensor?)? {
    let outputs = weight.shape[weight.rank - 1]
    let inputs = weight.shape[weight.rank - 2]
    switch primitive {
    case .linear: break
    case .convolution(let window):
      guard window.groups == 1, found.shift == nil || window.padding == .init(0) else {
        return nil
      }
    default: return nil
    }
    let scaled = try found.scale.map { try weight * $0.reshaped([inputs, 1]) } ?? weight
    let bias = try found.shift.map {
      try (weight * $0.reshaped([inputs, 1])).reshaped([-1, outputs]).sum(axes: [0])
    }
    return (scaled, bias)
  }
}

extension ScaleShift {
  /// tensor·scale
  func scaled(_ tensor: Tensor) throws -> Tensor { try scale.map { try tensor * $0 } ?? tensor }

  /// tensor·scale + shift
  func applied(to tensor: Tensor) throws -> Tensor {
    let product = try scaled(tensor)
    return try shift.map { try product + $0 } ?? product
  }
}
