import Tensors

/// y = x·scale + shift by channel, nil for ones and zeros.
struct ScaleShift {
  var x: Graph.Value
  var scale: Tensor?
  var shift: Tensor?
}

extension Graph {
  /// The operation as a scale and a shift of the last axis, where it is one.
  func scaleShift(_ operation: Operation) -> ScaleShift? {
    guard let channels = shapes[operation.output].last, channels.perSample == 0 else { return nil }
    let width = channels.fixed
    switch operation.primitive {
    case .scaleShift:
      guard let scale = tensor(operation.inputs[1]), let shift = tensor(operation.inputs[2])
      else { return nil }
      return ScaleShift(x: operation.inputs[0], scale: scale, shift: shift)
    case .unary(.affine, let scale, let offset):
      return ScaleShift(
        x: operation.inputs[0], scale: scale == 1 ? nil : Tensor(repeating: scale, [width]),
        shift: offset == 0 ? nil : Tensor(repeating: offset, [width]))
    case .binary(let function): return scaleShift(function, operation, width: width)
    default: return nil
    }
  }

  private func scaleShift(
    _ function: BinaryFunction, _ operation: Operation, width: Int
  ) -> ScaleShift? {
    let (a, b) = (operation.inputs[0], operation.inputs[1])
    if let vector = channelVector(b, width: width), shapes[a] == shapes[operation.output] {
      switch function {
      case .add: return ScaleShift(x: a, shift: vector)
      case .subtract: return ScaleShift(x: a, shift: -vector)
      case .multiply: return ScaleShift(x: a, scale: vector)
      case .divide: return ScaleShift(x: a, scale: vector.reciprocal())
      default: return nil
      }
    }
    if let vector = channelVector(a, width: width), shapes[b] == shapes[operation.output] {
      switch function {
      case .add: return ScaleShift(x: b, shift: vector)
      case .multiply: return ScaleShift(x: b, scale: vector)
      default: return nil
      }
    }
    return nil
  }

  /// A constant that is one number a channel, or one for all.
  private func channelVector(_ value: Value, width: Int) -> Tensor? {
    guard let tensor = tensor(value) else { return nil }
    if tensor.count == 1 { return Tensor(repeating: tensor.scalar, [width]) }
    guard tensor.count == width, tensor.shape.last == width else { return nil }
    return try? tensor.reshaped([width])
  }
}
