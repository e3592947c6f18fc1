import CKernels

extension Tensor {
  /// The same numbers under another shape; one size may be −1 and is worked out.
  public func reshaped(_ shape: [Int]) throws -> Tensor {
    var target = shape
    if let open = shape.firstIndex(of: -1) {
      target[open] = 1
      let known = target.elementCount
      target[open] = known > 0 ? count / known : 0
    }
    guard target.elementCount == count, target.allSatisfy({ $0 >= 0 }) else {
      throw ShapeError(
        "a tensor \(shapeText(self.shape)) cannot take the shape \(shapeText(shape))")
    }
    let old = self.shape
    if target == old { return self }
    return record("reshape", [self], viewed(as: target), as: .reshape) {
      [try $0.gradient.reshaped(old)]
    }
  }

  /// Repeated along axes of size 1, and along new axes in front, until the shape is reached.
  public func expanded(to shape: [Int]) throws -> Tensor {
    if shape == self.shape { return self }
    let old = self.shape
    let offset = shape.count - rank
    guard offset >= 0,
      old.indices.allSatisfy({ old[$0] == shape[$0 + offset] || old[$0] == 1 })
    else {
      throw ShapeError(
        "a tensor \(shapeText(old)) cannot be repeated to the shape \(shapeText(shape))")
    }
    var strides = Array(repeating: 0, count: shape.count)
    for (axis, step) in rowStrides(old).enumerated() where old[axis] != 1 {
      strides[axis + offset] = step
    }
    let result = copied(sizes: shape, strides: strides)
    return record("expand", [self], result, as: .expand) { [try $0.gradient.summed(to: old)] }
  }

  /// Summed over what `expanded(to:)` repeats.
  public func summed(to shape: [Int]) throws -> Tensor {
    if shape == self.shape { return self }
    let offset = rank - shape.count
    guard offset >= 0,
      shape.indices.allSatisfy({ shape[$0] == self.shape[$0 + offset] || shape[$0] == 1 })
    else {
      throw ShapeError(
        "a tensor \(shapeText(self.shape)) cannot be summed to the shape \(shapeText(shape))")
    }
    let axes = self.shape.indices.filter { axis in
      axis < offset || (shape[axis - offset] == 1 && self.shape[axis] != 1)
    }
    return try sum(axes: Array(axes), keepingAxes: true).reshaped(shape)
  }

  /// Axes in another order: result.shape[i] = shape[axes[i]].
  public func transposed(_ axes: [Int]) throws -> Tensor {
    guard axes.sorted() == Array(0..<rank) else {
      throw ShapeError(
        "\(axes) is not an order of the axes of a tensor \(shapeText(shape))")
    }
    if axes == Array(0..<rank) { return self }
    var inverse = axes
    for (new, old) in axes.enumerated() { inverse[old] = new }
    let strides = rowStrides(shape)
    let result =
      transposedBatches(axes)
      ?? copied(sizes: axes.map { shape[$0] }, strides: axes.map { strides[$0] })
    return record("transpose", [self], result, as: .transpose(axes)) {
      [try $0.gradient.transposed(inverse)]
    }
  }

  /// The last two axes exchanged.
  public func transposed() throws -> Tensor {
    guard rank >= 2 else {
      throw ShapeError("a tensor \(shapeText(shape)) has no two axes to exchange")
    }
    return try transposed(Array(0..<(rank - 2)) + [rank - 1, rank - 2])
  }

  /// An exchange of two neighbouring groups of axes behind a batch, by tiles; nil for other orders.
  private func transposedBatches(_ axes: [Int]) -> Tensor? {
    let fixed = axes.enumerated().prefix { $0.offset == $0.element }.count
    guard fixed < rank else { return nil }
    let cut = axes[fixed]
    let moved = rank - cut
    guard Array(axes[fixed...]) == Array(cut..<rank) + Array(fixed..<cut) else { return nil }
    let batch = shape[..<fixed].reduce(1, *)
    let rows = shape[fixed..<cut].reduce(1, *)
    let columns = shape[cut...].suffix(moved).reduce(1, *)
    let blocks = batch * ((rows + 15) / 16)
    return read { source in
      Tensor.filled(axes.map { shape[$0] }) { target in
        parallelFor(blocks, chunk: Swift.max(1, 1024 / Swift.max(1, columns))) { low, high in
          ak_transpose(source, target, rows, columns, low, high)
        }
      }
    }
  }
}

/// Distances between neighbours along each axis of a contiguous tensor.
func rowStrides(_ shape: [Int]) -> [Int] {
  var result = Array(repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    result[axis] = result[axis + 1] * shape[axis + 1]
  }
  return result
}
