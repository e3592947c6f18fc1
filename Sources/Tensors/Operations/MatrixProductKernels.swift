import CKernels

/// A matrix, or a batch of them, as one side of a product.
struct MatrixOperand {
  let tensor: Tensor
  let isTransposed: Bool
  /// Of the operand after transposition.
  let rows: Int
  let columns: Int
  /// Nil where the operand is one matrix.
  let batch: Int?
  /// Floats from a stored row to the next.
  let leading: Int

  /// - Parameter tensor: Of rank 2 or 3.
  init(_ tensor: Tensor, isTransposed: Bool) {
    let stored = Array(tensor.shape.suffix(2))
    self.tensor = tensor
    self.isTransposed = isTransposed
    rows = stored[isTransposed ? 1 : 0]
    columns = stored[isTransposed ? 0 : 1]
    batch = tensor.rank == 3 ? tensor.shape[0] : nil
    leading = stored[1]
  }

  /// Whether OpenBLAS takes the product: weight gradients aᵀ·b with enough to do, where a call costs
  /// nothing against the work.
  func suitsBLAS(_ right: MatrixOperand) -> Bool {
    isTransposed && !right.isTransposed && batch == nil && right.batch == nil
      && rows * columns * right.columns >= 1 << 20 && KernelJob.instructionSet == 0
      && BLAS.isFast && BLAS.isSound
  }
}

/// The product of two operands whose inner sizes agree, on plain numbers.
///
/// - Parameters:
///   - bias: Added to every row; only where the left operand is not transposed.
///   - activation: Of product and bias; only where the left operand is not transposed.
///   - before: Filled with what the activation is given; of the product's shape.
func multiply(
  _ left: MatrixOperand, _ right: MatrixOperand, bias: Tensor? = nil,
  activation: ak_activation = AK_IDENTITY, before: Tensor? = nil
) -> Tensor {
  if left.suitsBLAS(right), bias == nil {
    return BLAS.transposedProduct(left.tensor, right.tensor)
  }
  let batch = left.batch ?? right.batch
  let (m, n) = (left.rows, right.columns)
  var product = Tensor(uninitialized: (batch.map { [$0] } ?? []) + [m, n])
  let sizes = ak_matrix(
    m: m, n: n, k: left.columns, lda: left.leading, ldb: right.leading, ldc: n,
    transpose_a: left.isTransposed ? 1 : 0, transpose_b: right.isTransposed ? 1 : 0,
    batch: batch ?? 1,
    stride_a: left.batch == nil ? 0 : m * left.columns,
    stride_b: right.batch == nil ? 0 : left.columns * n,
    stride_c: m * n)
  withUnsafePointer(to: sizes) { sizes in
    var plan = KernelJob.blankPlan
    ak_matrix_plan(sizes, &plan)
    var epilogue: ak_epilogue?
    if bias != nil || activation != AK_IDENTITY {
      epilogue = ak_epilogue()
      epilogue?.bias = bias.map { UnsafePointer($0.storage.pointer) }
      epilogue?.activation = Int32(activation.rawValue)
      epilogue?.before = before?.storage.pointer
    }
    withExtendedLifetime((bias?.storage, before?.storage)) {
      KernelJob(plan: plan, a: left.tensor, b: right.tensor, epilogue: epilogue)
        .run(into: &product) { job, plan, phase, low, high, scratch in
          ak_matrix_run(sizes, plan, job, phase, low, high, scratch)
        }
    }
  }
  return product
}
