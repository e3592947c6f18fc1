import CKernels
import Tensors

/// e^x / Σ e^x along the last axis.
struct SoftmaxKernel: Kernel {
  let shape: [Int]

  func run(_ operands: [Tensor], into output: inout Tensor, scratch: Tensor) {
    let columns = max(1, shape.last ?? 1)
    let rows = output.count / columns
    operands[0].read { x in
      output.mutate { y in
        parallelFor(rows, chunk: max(1, (1 << 13) / columns)) {
          ak_softmax(x, y, columns, $0, $1)
        }
      }
    }
  }
}

/// Layer norm along the last axis with fixed γ and β.
struct LayerNormKernel: Kernel {
  let shape: [Int]
  let weight: Tensor?
  let bias: Tensor?
  let epsilon: Float

  private var columns: Int { max(1, shape.last ?? 1) }
  private var rows: Int { shape.elementCount / columns }

  /// Mean and deviation of every row.
  var scratchCount: Int { 2 * rows }

  func run(_ operands: [Tensor], into output: inout Tensor, scratch: Tensor) {
    var moments = scratch
    operands[0].read { x in
      reading(weight) { gamma in
        reading(bias) { beta in
          moments.mutate { moments in
            output.mutate { y in
              parallelFor(rows, chunk: max(1, (1 << 14) / columns)) {
                ak_layer_norm(x, gamma, beta, epsilon, y, moments, columns, $0, $1)
              }
            }
          }
        }
      }
    }
  }
}
