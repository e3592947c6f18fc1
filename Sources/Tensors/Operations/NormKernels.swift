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
  /// Rows worth a thread's while.
  var chunk: Int { Swift.max(1, elementChunk / Swift.max(1, columns)) }

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

  /// Σ g and Σ g·(x − mean) by column in double, [outer][2][columns].
  func gradientSums(
    _ x: Tensor, _ y: Tensor?, _ dy: Tensor, mean: Tensor, activation: ak_norm_activation
  ) -> [Double] {
    let (slot, slots) = (slot, slots)
    var sums = [Double](repeating: 0, count: 2 * vectors)
    guard rows > 0 else { return sums }
    DoubleScratch(count: outer * slots * 2 * columns).use { partial in
      x.read { source in
        y.reading { output in
          dy.read { gradient in
            mean.read { middle in
              parallelFor(outer * slots, chunk: 1) { low, high in
                ak_norm_gradient_sums(
                  source, output, gradient, middle, Int32(activation.rawValue), rows, columns,
                  slot, slots, partial, low, high)
              }
            }
          }
        }
      }
      ak_norm_sums_finish(partial, columns, slots, &sums, 0, 2 * vectors)
    }
    return sums
  }

  /// dx = a·g − b − (x − mean)·d, and g itself where `wantsResidual`.
  func gradient(
    _ x: Tensor, _ y: Tensor?, _ dy: Tensor, mean: Tensor, a: Tensor, b: Tensor, d: Tensor,
    activation: ak_norm_activation, wantsResidual: Bool
  ) -> (dx: Tensor, dresidual: Tensor?) {
    var residual = Tensor(uninitialized: wantsResidual ? x.shape : [0])
    let dx = x.read { source in
      y.reading { output in
        dy.read { gradient in
          mean.read { middle in
            a.read { factor in
              b.read { offset in
                d.read { slope in
                  residual.mutate { other in
                    Tensor.filled(x.shape) { out in
                      let second = wantsResidual ? other : nil
                      parallelFor(outer * rows, chunk: chunk) { low, high in
                        ak_norm_gradient_apply(
                          source, output, gradient, middle, factor, offset, slope,
                          Int32(activation.rawValue), out, second, rows, columns, low, high)
                      }
                    }
                  }
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
    default: nil
    }
  }
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
