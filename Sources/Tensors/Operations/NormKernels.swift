import CKernels

/// A tensor as [outer][rows][columns], normalised by column: batch norm has outer = 1.
struct NormLayout {
  let outer: Int
  let rows: Int
  let columns: Int

  var slot: Int { slotRows(rows, columns: columns) }
  var slots: Int { Swift.max(1, (rows + slot - 1) / slot) }
  /// Length of a vector [outer][columns].
  var vectors: Int { outer * columns }
  /// Rows worth a thread's while: more of them in large tensors, since memory is read ahead in vain
  /// past the end of every chunk.
  var chunk: Int {
    let elements = min(4 * elementChunk, max(elementChunk, outer * rows * columns / 16))
    return Swift.max(1, elements / Swift.max(1, columns))
  }

  /// Mean and biased variance of every column, off the tape.
  func moments(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
    var variance = Tensor(zeros: [vectors])
    guard rows > 0 else { return (Tensor(zeros: [vectors]), variance) }
    let (slot, slots) = (slot, slots)
    let mean = DoubleScratch(count: outer * slots * 2 * columns).use { partial in
      x.read { source in
        parallelFor(outer * slots, chunk: 1) { low, high in
          ak_moments(source, rows, columns, slot, slots, partial, low, high)
        }
        return variance.mutate { spread in
          Tensor.filled([vectors]) { middle in
            parallelFor(vectors, chunk: 1 << 12) { low, high in
              ak_moments_finish(
                partial, source, rows, columns, slots, middle, spread, low, high)
            }
          }
        }
      }
    }
    return (mean, variance)
  }

  /// act((x − mean)·scale + shift + residual), off the tape; mean and scale [outer][columns].
  func apply(
    _ x: Tensor, mean: Tensor, scale: Tensor, shift: Tensor?, residual: Tensor?,
    activation: ak_norm_activation
  ) -> Tensor {
    // Kept until the kernel has run; a missing operand is a null pointer.
    x.read { source in
      mean.read { middle in
        scale.read { factor in
          shift.reading { offset in
            residual.reading { other in
              Tensor.filled(x.shape) { y in
                parallelFor(outer * rows, chunk: chunk) { low, high in
                  ak_norm_apply(
                    source, middle, factor, offset, other, Int32(activation.rawValue), y, rows,
                    columns, low, high)
                }
              }
            }
          }
        }
      }
    }
  }

  /// What the gradient kernels read: of x, dy, and v by the result y or by scale and shift.
  ///
  /// - Parameter body: The description, valid for the call.
  private func describing<Result>(
    _ norm: NormGradient, _ body: (UnsafePointer<ak_norm_gradient>) -> Result
  ) -> Result {
    let description = ak_norm_gradient(
      x: norm.x.storage.pointer, dy: norm.dy.storage.pointer,
      y: norm.y.map { UnsafePointer($0.storage.pointer) }, mean: norm.mean.storage.pointer,
      scale: norm.scale.map { UnsafePointer($0.storage.pointer) },
      shift: norm.shift.map { UnsafePointer($0.storage.pointer) },
      activation: Int32(norm.activation.rawValue), rows: rows, columns: columns)
    return withExtendedLifetime(norm) { withUnsafePointer(to: description, body) }
  }

  /// Σ g and Σ g·(x − mean) by column in double, [outer][2][columns].
  func gradientSums(_ norm: NormGradient) -> [Double] {
    let (slot, slots) = (slot, slots)
    var sums = [Double](repeating: 0, count: 2 * vectors)
    guard rows > 0 else { return sums }
    DoubleScratch(count: outer * slots * 2 * columns).use { partial in
      describing(norm) { description in
        parallelFor(outer * slots, chunk: 1) { low, high in
          ak_norm_gradient_sums(description, slot, slots, partial, low, high)
        }
      }
      ak_norm_sums_finish(partial, columns, slots, &sums, 0, 2 * vectors)
    }
    return sums
  }

  /// dx = a·g − b − (x − mean)·d, and g itself where `wantsResidual`.
  func gradient(
    _ norm: NormGradient, a: Tensor, b: Tensor, d: Tensor, wantsResidual: Bool
  ) -> (dx: Tensor, dresidual: Tensor?) {
    let shape = norm.x.shape
    var residual = Tensor(uninitialized: wantsResidual ? shape : [0])
    let dx = describing(norm) { description in
      a.read { factor in
        b.read { offset in
          d.read { slope in
            residual.mutate { other in
              Tensor.filled(shape) { out in
                let second = wantsResidual ? other : nil
                parallelFor(outer * rows, chunk: chunk) { low, high in
                  ak_norm_gradient_apply(
                    description, factor, offset, slope, out, second, low, high)
                }
              }
            }
          }
        }
      }
    }
    return (dx, wantsResidual ? residual : nil)
  }
}

/// What the gradient of a norm is made of: g = dy·act′(v), v = (x − mean)·scale + shift.
struct NormGradient {
  var x: Tensor
  var dy: Tensor
  var mean: Tensor
  var activation = AK_NORM_NONE
  /// The result, which tells what ReLU and ReLU6 let through; nil to compute v again.
  var y: Tensor?
  var scale: Tensor?
  var shift: Tensor?
}

extension Tensor? {
  /// Reads the numbers in place, or a null pointer where there is no tensor.
  func reading<Result>(_ body: (UnsafePointer<Float>?) -> Result) -> Result {
    guard let self else { return body(nil) }
    return self.read { body($0) }
  }
}

extension Activation {
  /// The activation as a part of the norm kernels; nil where it is a step of its own.
  var inNorm: ak_norm_activation? {
    switch self {
    case .none: AK_NORM_NONE
    case .relu: AK_NORM_RELU
    case .relu6: AK_NORM_RELU6
    case .hardSwish: AK_NORM_HARD_SWISH
    case .silu: AK_NORM_SILU
    case .gelu: AK_NORM_GELU
    default: nil
    }
  }

  /// Whether its result tells its derivative.
  var isCut: Bool { self == .none || self == .relu || self == .relu6 }
}

/// The gradient that passes an activation fused into a norm, in differentiable operations: which
/// numbers it let through is a constant.
func throughActivation(
  _ gradient: Tensor, _ output: Tensor, _ activation: ak_norm_activation
) throws -> Tensor {
  switch activation {
  case AK_NORM_RELU: try gradient * output.step()
  case AK_NORM_RELU6: try gradient * output.constantSlope(of: AK_UNARY_RELU6)
  default: gradient
  }
}
