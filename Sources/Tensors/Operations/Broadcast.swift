import CKernels

/// How two shapes go together: axes are matched from the last one back, and an axis of size 1, or
/// one that is missing, is repeated (NumPy's rule).
public struct Broadcast: Sendable {
  /// The common shape.
  public let shape: [Int]
  /// The common shape with neighbouring axes joined where both operands allow it; not empty.
  public let sizes: [Int]
  /// Distances in numbers between neighbours along `sizes`; 0 where an operand is repeated.
  public let stridesA: [Int]
  public let stridesB: [Int]

  /// - Parameter operation: Its name, for the error that names both shapes.
  public init(_ a: [Int], _ b: [Int], for operation: String) throws {
    let rank = max(a.count, b.count)
    let wideA = Array(repeating: 1, count: rank - a.count) + a
    let wideB = Array(repeating: 1, count: rank - b.count) + b
    var common: [Int] = []
    for (sizeA, sizeB) in zip(wideA, wideB) {
      guard sizeA == sizeB || sizeA == 1 || sizeB == 1 else {
        throw ShapeError(
          "\(operation): the shapes \(shapeText(a)) and \(shapeText(b)) do not go together")
      }
      common.append(sizeA == 1 ? sizeB : sizeA)
    }
    shape = common
    let full = Broadcast.strides(wideA, common)
    let other = Broadcast.strides(wideB, common)
    (sizes, stridesA, stridesB) = Broadcast.join(common, full, other)
    guard sizes.count <= Int(AK_MAX_RANK) else {
      throw ShapeError(
        "\(operation): \(shapeText(a)) and \(shapeText(b)) alternate over too many axes")
    }
  }

  /// Strides of a contiguous tensor seen under the common shape.
  private static func strides(_ shape: [Int], _ common: [Int]) -> [Int] {
    var result = Array(repeating: 0, count: shape.count)
    var step = 1
    for axis in shape.indices.reversed() {
      result[axis] = shape[axis] == 1 && common[axis] != 1 ? 0 : step
      step *= shape[axis]
    }
    return result
  }

  /// Joins axes that both operands walk through as one, and drops those of size 1.
  private static func join(
    _ common: [Int], _ a: [Int], _ b: [Int]
  ) -> ([Int], [Int], [Int]) {
    var sizes: [Int] = []
    var (left, right): ([Int], [Int]) = ([], [])
    for axis in common.indices where common[axis] != 1 {
      let size = common[axis]
      if let lastLeft = left.last, let lastRight = right.last, let lastSize = sizes.last,
        lastLeft == a[axis] * size, lastRight == b[axis] * size
      {
        sizes[sizes.count - 1] = lastSize * size
        left[left.count - 1] = a[axis]
        right[right.count - 1] = b[axis]
      } else {
        sizes.append(size)
        left.append(a[axis])
        right.append(b[axis])
      }
    }
    if sizes.isEmpty { return ([1], [0], [0]) }
    return (sizes, left, right)
  }
}

/// op of two tensors whose shapes go together, off the tape.
func combined(
  _ op: ak_binary_op, _ a: Tensor, _ b: Tensor, _ name: String
) throws -> Tensor {
  let code = Int32(op.rawValue)
  if a.shape == b.shape {
    return a.read { x in
      b.read { y in
        Tensor.filled(a.shape) { out in
          parallelFor(a.count, chunk: elementChunk) { low, high in
            ak_binary(code, x, 1, y, 1, out, low, high)
          }
        }
      }
    }
  }
  let plan = try Broadcast(a.shape, b.shape, for: name)
  let width = plan.sizes.last ?? 1
  let runs = plan.sizes.dropLast().reduce(1, *)
  return a.read { x in
    b.read { y in
      Tensor.filled(plan.shape) { out in
        guard plan.shape.elementCount > 0 else { return }
        parallelFor(runs, chunk: max(1, elementChunk / max(1, width))) { low, high in
          ak_binary_strided(
            code, plan.sizes.count, plan.sizes, x, plan.stridesA, y, plan.stridesB, out, low,
            high)
        }
      }
    }
  }
}

/// op of every number and one number, off the tape.
func combined(_ op: ak_binary_op, _ a: Tensor, _ b: Float) -> Tensor {
  var number = b
  return a.read { x in
    Tensor.filled(a.shape) { out in
      withUnsafePointer(to: &number) { y in
        parallelFor(a.count, chunk: elementChunk) { low, high in
          ak_binary(Int32(op.rawValue), x, 1, y, 0, out, low, high)
        }
      }
    }
  }
}

/// op of one number and every number, off the tape.
func combined(_ op: ak_binary_op, _ a: Float, _ b: Tensor) -> Tensor {
  var number = a
  return b.read { y in
    Tensor.filled(b.shape) { out in
      withUnsafePointer(to: &number) { x in
        parallelFor(b.count, chunk: elementChunk) { low, high in
          ak_binary(Int32(op.rawValue), x, 0, y, 1, out, low, high)
        }
      }
    }
  }
}
