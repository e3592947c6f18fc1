import CKernels

extension Tensor {
  /// Rows (entries of the first axis) by index: result[i] = self[index[i]].
  public func gathered(_ index: Labels) throws -> Tensor {
    guard let rows = shape.first else {
      throw ShapeError("gathered: a tensor of no axes has no rows")
    }
    try index.check(below: rows, "gathered: row")
    let inner = Array(shape.dropFirst())
    let width = inner.elementCount
    let result = read { source in
      index.values.withUnsafeBufferPointer { places in
        Tensor.filled(index.shape + inner) { target in
          guard let base = places.baseAddress else { return }
          parallelFor(index.count, chunk: Swift.max(1, elementChunk / Swift.max(1, width))) {
            ak_gather_rows(source, base, target, width, $0, $1)
          }
        }
      }
    }
    let full = shape
    return record("gather", [self], result, as: .gather(index)) { p in
      [try p.gradient.scattered(index, into: full)]
    }
  }

  /// The adjoint of `gathered`: rows added up where the index sends them, zeros elsewhere.
  public func scattered(_ index: Labels, into full: [Int]) throws -> Tensor {
    guard let rows = full.first, shape == index.shape + full.dropFirst() else {
      throw ShapeError(
        "scattered: a tensor \(shapeText(shape)) cannot be spread over \(shapeText(full)) by "
          + "\(shapeText(index.shape)) places")
    }
    try index.check(below: rows, "scattered: row")
    let width = full.dropFirst().reduce(1, *)
    var result = Tensor(zeros: full)
    read { source in
      index.values.withUnsafeBufferPointer { places in
        result.mutate { target in
          guard let base = places.baseAddress else { return }
          parallelFor(width, chunk: 256) { low, high in
            ak_scatter_add_rows(source, base, target, index.count, width, low, high)
          }
        }
      }
    }
    return record("scatter", [self], result) { [try $0.gradient.gathered(index)] }
  }

  /// One number of each row along the last axis: result[i] = self[i, index[i]].
  public func picked(_ index: Labels) throws -> Tensor {
    guard let columns = shape.last, index.shape == Array(shape.dropLast()) else {
      throw ShapeError(
        "picked: places \(shapeText(index.shape)) do not fit the rows of a tensor "
          + shapeText(shape))
    }
    try index.check(below: columns, "picked: column")
    let places = index.values.enumerated().map { Int32(Int($1) + $0 * columns) }
    return try reshaped([count]).gathered(Labels(places, index.shape))
  }
}

extension Labels {
  /// Every value must be in 0 ..< limit, except `ignored`.
  func check(below limit: Int, _ what: String, ignoring ignored: Int32? = nil) throws {
    for (place, value) in values.enumerated()
    where value != ignored && (value < 0 || Int(value) >= limit) {
      throw ShapeError("\(what) \(value) at place \(place) is not in 0 ..< \(limit)")
    }
  }

  /// 1 at the label and 0 elsewhere along a new last axis.
  public func oneHot(_ classes: Int) throws -> Tensor {
    try check(below: classes, "label")
    var result = Tensor(zeros: shape + [classes])
    result.mutate { target in
      for (row, value) in values.enumerated() { target[row * classes + Int(value)] = 1 }
    }
    return result
  }
}
