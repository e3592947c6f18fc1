import CKernels

// Sums are taken in float over at most 1024 numbers and in double beyond, in an order that the shape
// decides.

extension Tensor {
  /// Axes as a set of whole numbers from 0; negative ones count from the end, nil means all.
  func axisSet(_ axes: [Int]?, _ operation: String) throws -> Set<Int> {
    guard let axes else { return Set(0..<rank) }
    return Set(
      try axes.map { axis in
        guard axis >= -rank, axis < rank else {
          throw ShapeError(
            "\(operation): a tensor \(shapeText(shape)) has no axis \(axis)")
        }
        return axis < 0 ? axis + rank : axis
      })
  }

  /// The shape with the axes as 1, and without them.
  private func shapes(without axes: Set<Int>) -> (kept: [Int], dropped: [Int]) {
    (
      shape.enumerated().map { axes.contains($0.offset) ? 1 : $0.element },
      shape.enumerated().filter { !axes.contains($0.offset) }.map(\.element)
    )
  }

  /// scale · Σ over the axes.
  private func scaledSum(
    _ axes: Set<Int>, _ keepingAxes: Bool, scale: Double, _ name: String
  ) -> Tensor {
    let (kept, dropped) = shapes(without: axes)
    let sum = reducedFlat(AK_SUM, axes, scale: scale).viewed(as: keepingAxes ? kept : dropped)
    let full = shape
    return record(
      name, [self], sum,
      as: .reduce(name == "mean" ? .mean : .sum, axes: axes.sorted(), keepingAxes: keepingAxes)
    ) { p in
      let spread = try p.gradient.reshaped(kept).expanded(to: full)
      return [scale == 1 ? spread : try spread * Float(scale)]
    }
  }

  /// Sum over the axes; all of them where none are named.
  ///
  /// - Parameter keepingAxes: Leaves summed axes in the shape with size 1.
  public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    scaledSum(try axisSet(axes, "sum"), keepingAxes, scale: 1, "sum")
  }

  /// Mean over the axes; NaN over none.
  public func mean(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    let set = try axisSet(axes, "mean")
    let samples = set.reduce(1) { $0 * shape[$1] }
    guard samples > 0 else {
      let (kept, dropped) = shapes(without: set)
      return Tensor(repeating: .nan, keepingAxes ? kept : dropped)
    }
    return scaledSum(set, keepingAxes, scale: 1 / Double(samples), "mean")
  }

  /// Mean squared deviation from the mean over the axes.
  ///
  /// - Parameter unbiased: Divides by the number of samples less one.
  public func variance(
    axes: [Int]? = nil, keepingAxes: Bool = false, unbiased: Bool = false
  ) throws -> Tensor {
    let set = try axisSet(axes, "variance")
    let samples = Float(set.reduce(1) { $0 * shape[$1] })
    let centred = try self - mean(axes: axes, keepingAxes: true)
    let biased = try centred.square().mean(axes: axes, keepingAxes: keepingAxes)
    return unbiased ? try biased * (samples / (samples - 1)) : biased
  }

  /// The largest number over the axes, NaN if there is one; equal ones share the gradient evenly.
  public func max(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try extreme(AK_LARGEST, axes, keepingAxes, "max")
  }

  /// The smallest number over the axes, NaN if there is one; equal ones share the gradient evenly.
  public func min(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try extreme(AK_SMALLEST, axes, keepingAxes, "min")
  }

  private func extreme(
    _ op: ak_reduce_op, _ axes: [Int]?, _ keepingAxes: Bool, _ name: String
  ) throws -> Tensor {
    let set = try axisSet(axes, name)
    let (kept, dropped) = shapes(without: set)
    guard set.allSatisfy({ shape[$0] > 0 }) else {
      throw ShapeError("\(name): a tensor \(shapeText(shape)) has no numbers to choose from")
    }
    let flat = reducedFlat(op, set)
    let result = flat.viewed(as: keepingAxes ? kept : dropped)
    let full = shape
    return record(
      name, [self], result,
      as: .reduce(
        op == AK_LARGEST ? .maximum : .minimum, axes: set.sorted(), keepingAxes: keepingAxes)
    ) { p in
      let mask = try combined(AK_EQUAL, p.inputs[0].detached, flat.viewed(as: kept), name)
      let ties = mask.reducedFlat(AK_SUM, set).viewed(as: kept)
      let share = try mask / ties
      return [try p.gradient.reshaped(kept).expanded(to: full) * share]
    }
  }
}
