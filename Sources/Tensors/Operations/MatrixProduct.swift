import CKernels

/// Matrix product op(a)·op(b) over the last two axes.
///
/// Leading axes are a batch: they must agree, or one operand has none and is shared by the whole
/// batch. `transposeA` and `transposeB` take an operand as the transpose of how it lies, at no
/// cost.
public func matmul(
  _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false
) throws -> Tensor {
  guard a.rank >= 2, b.rank >= 2 else {
    throw ShapeError(
      "a matrix product needs matrices, not \(shapeText(a.shape)) and \(shapeText(b.shape))")
  }
  let batch = a.rank > 2 ? Array(a.shape.dropLast(2)) : Array(b.shape.dropLast(2))
  guard a.rank == 2 || b.rank == 2 || a.shape.dropLast(2) == b.shape.dropLast(2) else {
    throw disagreement(a, b, transposeA, transposeB)
  }
  if a.rank > 2, b.rank == 2, !transposeA {
    // One product with all rows at once.
    let rows = try a.reshaped([a.shape.dropLast().reduce(1, *), a.shape[a.rank - 1]])
    let product = try batchedProduct(rows, b, false, transposeB)
    return try product.reshaped(Array(a.shape.dropLast()) + [product.shape[1]])
  }
  let product = try batchedProduct(
    a.rank > 3 ? try a.reshaped([batch.elementCount] + a.shape.suffix(2)) : a,
    b.rank > 3 ? try b.reshaped([batch.elementCount] + b.shape.suffix(2)) : b,
    transposeA, transposeB)
  return batch.count > 1 ? try product.reshaped(batch + product.shape.suffix(2)) : product
}

private func disagreement(_ a: Tensor, _ b: Tensor, _ ta: Bool, _ tb: Bool) -> ShapeError {
  ShapeError(
    "matrices \(shapeText(a.shape))\(ta ? "ᵀ" : "") and \(shapeText(b.shape))\(tb ? "ᵀ" : "")"
      + " cannot be multiplied")
}

/// The product of operands of rank 2 or 3.
private func batchedProduct(
  _ a: Tensor, _ b: Tensor, _ ta: Bool, _ tb: Bool
) throws -> Tensor {
  let left = MatrixOperand(a, isTransposed: ta)
  let right = MatrixOperand(b, isTransposed: tb)
  guard left.columns == right.rows else { throw disagreement(a, b, ta, tb) }
  let product = multiply(left, right)
  return record(
    "matmul", [a, b], product, as: .matmul(transposeA: ta, transposeB: tb)
  ) { p in
    let (a, b, dy) = (p.inputs[0], p.inputs[1], p.gradient)
    var (da, db): (Tensor?, Tensor?)
    if p.needs[0] {
      let full =
        ta
        ? try batchedProduct(b, dy, tb, true) : try batchedProduct(dy, b, false, !tb)
      da = full.rank > a.rank ? try full.sum(axes: [0]) : full
    }
    if p.needs[1] {
      let full =
        tb
        ? try batchedProduct(dy, a, true, ta) : try batchedProduct(a, dy, !ta, false)
      db = full.rank > b.rank ? try full.sum(axes: [0]) : full
    }
    return [da, db]
  }
}

/// A dense layer: y = x·w + b with x [..., in], w [in, out], b [out]; the bias is added while the
/// product is still in the cache.
public func linear(_ x: Tensor, weight w: Tensor, bias: Tensor? = nil) throws -> Tensor {
  try checkLinear(x, w, bias)
  guard x.rank == 2 else {
    let rows = try x.reshaped([x.shape.dropLast().reduce(1, *), w.shape[0]])
    return try linear(rows, weight: w, bias: bias)
      .reshaped(Array(x.shape.dropLast()) + [w.shape[1]])
  }
  let y = multiply(
    MatrixOperand(x, isTransposed: false), MatrixOperand(w, isTransposed: false), bias: bias)
  return record("linear", [x, w] + (bias.map { [$0] } ?? []), y, as: .linear) { p in
    try linearGradients(p, p.gradient)
  }
}

/// Throws where the operands of a dense layer do not fit.
func checkLinear(_ x: Tensor, _ w: Tensor, _ bias: Tensor?) throws {
  guard w.rank == 2, x.rank >= 1, x.shape[x.rank - 1] == w.shape[0] else {
    throw ShapeError(
      "rows \(shapeText(x.shape)) do not fit a dense weight \(shapeText(w.shape))")
  }
  if let bias, bias.shape != [w.shape[1]] {
    throw ShapeError(
      "a bias \(shapeText(bias.shape)) does not fit a dense weight \(shapeText(w.shape))")
  }
}

/// The gradients of x, w and b from that of x·w + b, for x of rank 2.
func linearGradients(_ p: Pullback, _ dy: Tensor) throws -> [Tensor?] {
  var gradients: [Tensor?] = [
    p.needs[0] ? try matmul(dy, p.inputs[1], transposeB: true) : nil,
    p.needs[1] ? try matmul(p.inputs[0], dy, transposeA: true) : nil,
  ]
  if p.needs.count > 2 {
    gradients.append(p.needs[2] ? try dy.sum(axes: [0]) : nil)
  }
  return gradients
}
