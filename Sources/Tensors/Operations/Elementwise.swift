import CKernels

/// Numbers that a thread takes at a time: 64 KiB, so that input and output stay in its cache.
let elementChunk = 1 << 14

extension Tensor {
  /// A tensor whose numbers `body` writes, and which it is given the room for; off the tape.
  static func filled(_ shape: [Int], _ body: (UnsafeMutablePointer<Float>) -> Void) -> Tensor {
    var result = Tensor(uninitialized: shape)
    result.mutate(body)
    return result
  }

  /// op of every number, off the tape.
  func mapped(_ op: ak_unary_op, _ a: Float = 0, _ b: Float = 0) -> Tensor {
    let code = Int32(op.rawValue)
    return read { x in
      Tensor.filled(shape) { y in
        parallelFor(count, chunk: elementChunk) { low, high in
          ak_unary(code, x, y, a, b, low, high)
        }
      }
    }
  }

  /// gradient · op′ by the fused kernel, off the tape; `self` is what the kernel wants saved.
  func slope(
    of op: ak_unary_op, times gradient: Tensor, _ a: Float = 0, _ b: Float = 0
  ) -> Tensor {
    let code = Int32(op.rawValue)
    return read { saved in
      gradient.read { dy in
        Tensor.filled(shape) { dx in
          parallelFor(count, chunk: elementChunk) { low, high in
            ak_unary_backward(code, saved, dy, dx, a, b, low, high)
          }
        }
      }
    }
  }

  /// The derivative of a piecewise linear function as a constant: op′ of every number.
  func constantSlope(of op: ak_unary_op, _ a: Float = 0, _ b: Float = 0) -> Tensor {
    detached.slope(of: op, times: Tensor(repeating: 1, shape), a, b)
  }
}

/// A function of every number with its derivative.
///
/// - Parameters:
///   - savesOutput: Whether the fused gradient kernel is given the result instead of the input.
///   - hasKernel: Whether there is a fused gradient kernel.
///   - derivative: f′ in differentiable operations, for derivatives of the gradient.
func elementwise(
  _ name: String, _ op: ak_unary_op, _ x: Tensor, _ a: Float = 0, _ b: Float = 0,
  savesOutput: Bool = false, hasKernel: Bool = true,
  derivative: @escaping (Pullback) throws -> Tensor
) -> Tensor {
  record(
    name, [x], x.mapped(op, a, b), savesOutput: savesOutput,
    as: UnaryFunction(op).map { .unary($0, a, b) }
  ) { p in
    if hasKernel, !p.isDifferentiable {
      let saved = savesOutput ? p.output : p.inputs[0]
      return [saved.slope(of: op, times: p.gradient, a, b)]
    }
    return [try p.gradient * derivative(p)]
  }
}
