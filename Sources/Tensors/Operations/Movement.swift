import CKernels

extension Tensor {
  /// An axis from 0; negative ones count from the end.
  func axisIndex(_ axis: Int, _ operation: String) throws -> Int {
    guard axis >= -rank, axis < rank else {
      throw ShapeError("\(operation): a tensor \(shapeText(shape)) has no axis \(axis)")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// The part of an axis.
  public func slice(_ range: Range<Int>, axis: Int = 0) throws -> Tensor {
    let axis = try axisIndex(axis, "slice")
    guard range.lowerBound >= 0, range.upperBound <= shape[axis] else {
      throw ShapeError(
        "slice: \(range) is not within axis \(axis) of a tensor \(shapeText(shape))")
    }
    if range == 0..<shape[axis] { return self }
    var sizes = shape
    sizes[axis] = range.count
    let strides = rowStrides(shape)
    let result = copied(sizes: sizes, strides: strides, from: range.lowerBound * strides[axis])
    let after = shape[axis] - range.upperBound
    return record(
      "slice", [self], result, as: .slice(axis: axis, start: range.lowerBound)
    ) { p in
      [try p.gradient.padded(axis: axis, before: range.lowerBound, after: after)]
    }
  }

  /// Entry `index` of an axis, which disappears.
  public func entry(_ index: Int, axis: Int = 0) throws -> Tensor {
    let axis = try axisIndex(axis, "entry")
    var sizes = shape
    sizes.remove(at: axis)
    return try slice(index..<(index + 1), axis: axis).reshaped(sizes)
  }

  /// One value in front of and behind an axis.
  public func padded(
    axis: Int, before: Int, after: Int, with value: Float = 0
  ) throws -> Tensor {
    let axis = try axisIndex(axis, "padded")
    guard before >= 0, after >= 0 else {
      throw ShapeError("padded: \(before) and \(after) must be at least 0")
    }
    if before == 0, after == 0 { return self }
    var sizes = shape
    sizes[axis] += before + after
    var result = Tensor(repeating: value, sizes)
    result.write(self, axis: axis, at: before)
    let range = before..<(before + shape[axis])
    return record(
      "pad", [self], result, as: .pad(axis: axis, before: before, after: after, value: value)
    ) { [try $0.gradient.slice(range, axis: axis)] }
  }

  /// One value around every axis: (before, after) for each.
  public func padded(_ widths: [(before: Int, after: Int)], with value: Float = 0) throws -> Tensor
  {
    guard widths.count == rank else {
      throw ShapeError("padded: \(widths.count) pairs for a tensor \(shapeText(shape))")
    }
    var result = self
    for (axis, width) in widths.enumerated() {
      result = try result.padded(
        axis: axis, before: width.before, after: width.after, with: value)
    }
    return result
  }

  /// Copies a tensor into an axis from a place on; off the tape.
  private mutating func write(_ part: Tensor, axis: Int, at start: Int) {
    let strides = rowStrides(shape)
    let walk = StridedWalk(sizes: part.shape, from: rowStrides(part.shape), to: strides)
    part.read { source in
      mutate { target in walk.copy(source, target + start * strides[axis]) }
    }
  }

  /// Tensors one behind the other along an axis; the other axes must agree.
  public static func concatenated(_ parts: [Tensor], along axis: Int = 0) throws -> Tensor {
    guard let first = parts.first else { throw ShapeError("concatenated: there are no tensors") }
    let axis = try first.axisIndex(axis, "concatenated")
    var sizes = first.shape
    for part in parts.dropFirst() {
      var other = part.shape
      guard other.count == sizes.count else {
        throw ShapeError.different("concatenated", first.shape, part.shape)
      }
      other[axis] = first.shape[axis]
      guard other == first.shape else {
        throw ShapeError.different("concatenated", first.shape, part.shape)
      }
      sizes[axis] += part.shape[axis]
    }
    var result = Tensor(uninitialized: sizes)
    var starts: [Int] = []
    var start = 0
    for part in parts {
      result.write(part, axis: axis, at: start)
      starts.append(start)
      start += part.shape[axis]
    }
    return record("concatenate", parts, result, as: .concatenate(axis: axis)) { p in
      try p.inputs.enumerated().map { index, part in
        guard p.needs[index] else { return nil }
        let start = starts[index]
        return try p.gradient.slice(start..<(start + part.shape[axis]), axis: axis)
      }
    }
  }

  /// Tensors of one shape along a new first axis.
  public static func stacked(_ parts: [Tensor]) throws -> Tensor {
    try concatenated(parts.map { try $0.reshaped([1] + $0.shape) })
  }

  /// An axis cut into parts of the given sizes.
  public func split(_ sizes: [Int], axis: Int = 0) throws -> [Tensor] {
    let axis = try axisIndex(axis, "split")
    guard sizes.reduce(0, +) == shape[axis], sizes.allSatisfy({ $0 >= 0 }) else {
      throw ShapeError(
        "split: \(sizes) do not fill axis \(axis) of a tensor \(shapeText(shape))")
    }
    var start = 0
    return try sizes.map { size in
      defer { start += size }
      return try slice(start..<(start + size), axis: axis)
    }
  }

  /// An axis in reversed order.
  public func flipped(axis: Int) throws -> Tensor {
    let axis = try axisIndex(axis, "flipped")
    var strides = rowStrides(shape)
    let offset = Swift.max(0, shape[axis] - 1) * strides[axis]
    strides[axis] = -strides[axis]
    let result = copied(sizes: shape, strides: strides, from: offset)
    return record("flip", [self], result, as: .flip(axis: axis)) {
      [try $0.gradient.flipped(axis: axis)]
    }
  }

  /// The whole tensor several times, one behind the other along an axis.
  public func repeated(_ times: Int, axis: Int = 0) throws -> Tensor {
    let axis = try axisIndex(axis, "repeated")
    guard times >= 0 else { throw ShapeError("repeated: \(times) must be at least 0") }
    var wide = shape
    wide.insert(1, at: axis)
    var target = wide
    target[axis] = times
    var final = shape
    final[axis] *= times
    return try reshaped(wide).expanded(to: target).reshaped(final)
  }
}

extension ShapeError {
  static func different(_ operation: String, _ a: [Int], _ b: [Int]) -> ShapeError {
    ShapeError("\(operation): the shapes \(shapeText(a)) and \(shapeText(b)) do not go together")
  }
}
