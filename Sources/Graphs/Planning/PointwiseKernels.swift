import CKernels
import Tensors

/// Numbers that a thread takes at a time.
private let chunk = 1 << 14

/// A function of every number.
struct UnaryKernel: Kernel {
  let function: UnaryFunction
  let a: Float
  let b: Float

  var worksInPlace: Bool { true }

  func run(_ operands: [Tensor], into output: inout Tensor, scratch: Tensor) {
    let code = function.kernelCode
    let count = output.count
    operands[0].read { x in
      output.mutate { y in
        parallelFor(count, chunk: chunk) { ak_unary(code, x, y, a, b, $0, $1) }
      }
    }
  }
}

/// A function of two tensors with broadcasting.
struct BinaryKernel: Kernel {
  private let code: Int32
  private let walk: Broadcast
  private let isSameShape: Bool
  let worksInPlace: Bool

  init?(_ function: BinaryFunction, _ a: [Int], _ b: [Int]) {
    guard let walk = try? Broadcast(a, b, for: function.rawValue) else { return nil }
    code = function.kernelCode
    self.walk = walk
    isSameShape = a == b
    worksInPlace = a == walk.shape
  }

  func run(_ operands: [Tensor], into output: inout Tensor, scratch: Tensor) {
    let count = output.count
    let width = max(1, walk.sizes.last ?? 1)
    guard count > 0 else { return }
    operands[0].read { a in
      operands[1].read { b in
        output.mutate { y in
          if isSameShape {
            parallelFor(count, chunk: chunk) { ak_binary(code, a, 1, b, 1, y, $0, $1) }
          } else {
            parallelFor(count / width, chunk: max(1, chunk / width)) {
              ak_binary_strided(
                code, walk.sizes.count, walk.sizes, a, walk.stridesA, b, walk.stridesB, y, $0, $1)
            }
          }
        }
      }
    }
  }
}

/// act(x·scale + shift + residual) by channel.
struct ScaleShiftKernel: Kernel {
  private let scale: Tensor
  private let shift: Tensor
  private let zeros: Tensor
  private let activation: Int32

  init(scale: Tensor, shift: Tensor, hasResidual: Bool, activation: Int32) {
    self.scale = scale
    self.shift = shift
    self.activation = activation
    zeros = Tensor(zeros: scale.shape)
  }

  var worksInPlace: Bool { true }

  func run(_ operands: [Tensor], into output: inout Tensor, scratch: Tensor) {
    let columns = max(1, scale.count)
    let rows = output.count / columns
    operands[0].read { x in
      zeros.read { mean in
        scale.read { scale in
          shift.read { shift in
            reading(operands.count > 1 ? operands[1] : nil) { residual in
              output.mutate { y in
                parallelFor(rows, chunk: max(1, chunk / columns)) {
                  ak_norm_apply(
                    x, mean, scale, shift, residual, activation, y, rows, columns, $0, $1)
                }
              }
            }
          }
        }
      }
    }
  }
}

extension Activation {
  /// The kernels' number of it as a part of scales and shifts; nil where it is a step of its own.
  var inNorms: Int32? {
    switch self {
    case .none: Int32(AK_NORM_NONE.rawValue)
    case .relu: Int32(AK_NORM_RELU.rawValue)
    case .relu6: Int32(AK_NORM_RELU6.rawValue)
    case .hardSwish: Int32(AK_NORM_HARD_SWISH.rawValue)
    case .silu: Int32(AK_NORM_SILU.rawValue)
    case .gelu: Int32(AK_NORM_GELU.rawValue)
    default: nil
    }
  }
}
