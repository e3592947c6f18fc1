import CKernels

extension Tensor {
  /// Length of the rows along the last axis, and a chunk of rows worth a thread's while.
  func rowLayout(_ operation: String) throws -> (rows: Int, columns: Int, chunk: Int) {
    guard let columns = shape.last, columns > 0 else {
      throw ShapeError("\(operation): a tensor \(shapeText(shape)) has no rows of numbers")
    }
    return (count / columns, columns, Swift.max(1, (1 << 13) / columns))
  }

  /// e^x / Σ e^x along the last axis.
  public func softmax() throws -> Tensor {
    let (rows, columns, chunk) = try rowLayout("softmax")
    let result = read { x in
      Tensor.filled(shape) { y in
        parallelFor(rows, chunk: chunk) { ak_softmax(x, y, columns, $0, $1) }
      }
    }
    return record("softmax", [self], result, savesOutput: true, as: .softmax) { p in
      if p.isDifferentiable {
        let product = try p.gradient * p.output
        return [try product - p.output * product.sum(axes: [-1], keepingAxes: true)]
      }
      return [
        rowGradient(p.output, p.gradient) { y, dy, dx, low, high in
          ak_softmax_backward(y, dy, dx, columns, low, high)
        }
      ]
    }
  }

  /// ln softmax along the last axis.
  public func logSoftmax() throws -> Tensor {
    let (rows, columns, chunk) = try rowLayout("logSoftmax")
    let result = read { x in
      Tensor.filled(shape) { y in
        parallelFor(rows, chunk: chunk) { ak_log_softmax(x, y, columns, $0, $1) }
      }
    }
    return record("logSoftmax", [self], result, savesOutput: true, as: .logSoftmax) { p in
      if p.isDifferentiable {
        let total = try p.gradient.sum(axes: [-1], keepingAxes: true)
        return [try p.gradient - p.output.exp() * total]
      }
      return [
        rowGradient(p.output, p.gradient) { y, dy, dx, low, high in
          ak_log_softmax_backward(y, dy, dx, columns, low, high)
        }
      ]
    }
  }
}

/// A gradient that the kernel finds row by row from the result.
private func rowGradient(
  _ output: Tensor, _ gradient: Tensor,
  _ kernel: (
    UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int
  ) -> Void
) -> Tensor {
  let columns = Swift.max(1, output.shape.last ?? 1)
  let chunk = Swift.max(1, (1 << 13) / columns)
  return output.read { y in
    gradient.read { dy in
      Tensor.filled(output.shape) { dx in
        parallelFor(output.count / columns, chunk: chunk) { kernel(y, dy, dx, $0, $1) }
      }
    }
  }
}
