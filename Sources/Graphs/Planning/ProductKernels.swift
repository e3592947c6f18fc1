import CKernels
import Tensors

/// What is done to a product before it is stored: act(product + bias + residual).
struct Finish {
  let bias: Tensor?
  let hasResidual: Bool
  /// The kernels' number of it.
  let activation: Int32

  /// Runs the body with the kernels' form of it.
  func withEpilogue<Result>(
    _ residual: Tensor?, _ body: (UnsafePointer<ak_epilogue>?) -> Result
  ) -> Result {
    guard bias != nil || residual != nil || activation != 0 else { return body(nil) }
    var epilogue = ak_epilogue()
    epilogue.activation = activation
    return reading(bias) { bias in
      reading(residual) { residual in
        epilogue.bias = bias
        epilogue.residual = residual
        return body(&epilogue)
      }
    }
  }
}

/// Reads the numbers in place, or a null pointer where there is no tensor.
func reading<Result>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> Result) -> Result {
  guard let tensor else { return body(nil) }
  return tensor.read { body($0) }
}

/// A convolution with fixed weights.
struct ConvolutionKernel: Kernel {
  private let sizes: ak_conv
  private let product: PlannedProduct
  private let finish: Finish

  /// - Parameter shape: The weights' shape.
  init(
    input: [Int], output: [Int], _ window: ConvolutionWindow, _ weight: Graph.Value,
    shape: [Int], _ finish: Finish, _ weights: PackedWeights
  ) {
    let sizes = ak_conv(
      n: input[0], h: input[1], w: input[2], c: input[3], k: shape[3], r: shape[0], s: shape[1],
      stride_h: window.strideHeight, stride_w: window.strideWidth,
      pad_top: window.padding.top, pad_left: window.padding.left,
      dil_h: window.dilationHeight, dil_w: window.dilationWidth, groups: window.groups,
      oh: output[1], ow: output[2])
    var plan = ak_plan()
    withUnsafePointer(to: sizes) { ak_conv_plan($0, AK_FORWARD, 0, &plan) }
    self.sizes = sizes
    self.finish = finish
    product = PlannedProduct(plan, weights.weights(weight, for: plan))
  }

  var scratchCount: Int { product.scratchCount }

  func run(_ operands: [Tensor], into output: inout Tensor, scratch: Tensor) {
    finish.withEpilogue(operands.count > 1 ? operands[1] : nil) { epilogue in
      product.run(operands[0], nil, into: &output, scratch: scratch, epilogue) {
        Self.run(sizes, $0, $1, $2, $3, $4, $5)
      }
    }
  }

  private static func run(
    _ sizes: ak_conv, _ plan: UnsafePointer<ak_plan>, _ job: UnsafePointer<ak_job>,
    _ phase: Int32, _ low: Int, _ high: Int, _ scratch: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: sizes) {
      ak_conv_run($0, AK_FORWARD, plan, job, phase, low, high, scratch)
    }
  }
}

/// A matrix product; the right side is a dense layer's fixed weights, or any value.
struct MatrixKernel: Kernel {
  private let sizes: ak_matrix
  private let product: PlannedProduct
  private let isFixed: Bool
  private let finish: Finish

  /// x [rows, in] · weight [in, out].
  init(
    rows: Int, _ weight: Graph.Value, shape: [Int], _ finish: Finish, _ weights: PackedWeights
  ) {
    let (k, n) = (shape[0], shape[1])
    let sizes = ak_matrix(
      m: rows, n: n, k: k, lda: k, ldb: n, ldc: n, transpose_a: 0, transpose_b: 0, batch: 1,
      stride_a: 0, stride_b: 0, stride_c: rows * n)
    self.sizes = sizes
    isFixed = true
    self.finish = finish
    var plan = ak_plan()
    withUnsafePointer(to: sizes) { ak_matrix_plan($0, &plan) }
    product = PlannedProduct(plan, weights.weights(weight, for: plan))
  }

  /// op(a)·op(b) of matrices or batches of them; nil for shapes that do not go together.
  init?(a: [Int], transposeA: Bool, b: [Int], transposeB: Bool, _ finish: Finish) {
    guard a.count >= 2, b.count >= 2 else { return nil }
    var (left, right) = (Array(a.suffix(2)), Array(b.suffix(2)))
    var batchA = a.dropLast(2).reduce(1, *)
    let batchB = b.dropLast(2).reduce(1, *)
    if b.count == 2, !transposeA {
      // One product with all rows at once.
      left[0] *= batchA
      batchA = 1
    }
    guard a.count == 2 || b.count == 2 || a.dropLast(2) == b.dropLast(2) else { return nil }
    let (lda, ldb) = (left[1], right[1])
    if transposeA { left.reverse() }
    if transposeB { right.reverse() }
    guard left[1] == right[0] else { return nil }
    let (m, n, k) = (left[0], right[1], left[1])
    sizes = ak_matrix(
      m: m, n: n, k: k, lda: lda, ldb: ldb, ldc: n, transpose_a: transposeA ? 1 : 0,
      transpose_b: transposeB ? 1 : 0, batch: max(batchA, batchB),
      stride_a: a.count == 2 || batchA == 1 ? 0 : m * k, stride_b: b.count == 2 ? 0 : k * n,
      stride_c: m * n)
    isFixed = false
    self.finish = finish
    var plan = ak_plan()
    withUnsafePointer(to: sizes) { ak_matrix_plan($0, &plan) }
    product = PlannedProduct(plan)
  }

  var scratchCount: Int { product.scratchCount }

  func run(_ operands: [Tensor], into output: inout Tensor, scratch: Tensor) {
    let inputs = isFixed ? 1 : 2
    finish.withEpilogue(operands.count > inputs ? operands[inputs] : nil) { epilogue in
      product.run(
        operands[0], isFixed ? nil : operands[1], into: &output, scratch: scratch, epilogue
      ) {
        Self.run(sizes, $0, $1, $2, $3, $4, $5)
      }
    }
  }

  private static func run(
    _ sizes: ak_matrix, _ plan: UnsafePointer<ak_plan>, _ job: UnsafePointer<ak_job>,
    _ phase: Int32, _ low: Int, _ high: Int, _ scratch: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: sizes) { ak_matrix_run($0, plan, job, phase, low, high, scratch) }
  }
}

extension Activation {
  /// The kernels' number of it as a part of products; nil where it is a step of its own.
  var inProducts: Int32? {
    let code: ak_activation
    switch self {
    case .none: code = AK_IDENTITY
    case .relu: code = AK_RELU
    case .relu6: code = AK_RELU6
    case .gelu: code = AK_GELU
    case .silu: code = AK_SILU
    case .hardSwish: code = AK_HARD_SWISH
    default: return nil
    }
    return Int32(code.rawValue)
  }
}
