import Tensors

/// Operators that take parts of tensors and put parts together.
let partOperators: [String: OnnxOperator] = [
  "Concat": { call in
    let rank = try call.value(0).shape.count
    let axis = try call.axes([call.integer("axis", default: 0)], rank: rank)[0]
    if call.isIntegral {
      guard rank <= 1 else { throw call.problem("only lists of whole numbers are supported") }
      let lists = try call.inputs.indices.map { try call.integers($0).values }
      _ = try call.checked([lists.reduce(0) { $0 + $1.count }])
      return [.integers(OnnxIntegers(lists.flatMap { $0 }))]
    }
    let parts = try call.inputs.indices.map { try call.numbers($0) }
    guard parts.allSatisfy({ $0.rank == rank }) else {
      throw call.problem("its inputs have different numbers of axes")
    }
    _ = try call.checked([parts.reduce(0) { $0 + $1.tensor.count }])
    // The order that most numbers are in.
    let order = parts.max { $0.tensor.count < $1.tensor.count }?.order ?? Array(0..<rank)
    let joined = try Tensor.concatenated(
      try parts.map { try $0.ordered(order) }, along: order[axis])
    return [.numbers(OnnxTensor(joined, order: order))]
  },
  "Split": { call in
    let x = try call.numbers(0)
    let axis = try call.axes([call.integer("axis", default: 0)], rank: x.rank)[0]
    let size = x.shape[axis]
    let given = try call.integerList("split") ?? call.optionalIntegers(1)?.values
    let count = call.node.outputs.count
    let share = (size + count - 1) / max(1, count)
    let sizes = given ?? (0..<count).map { max(0, min(share, size - $0 * share)) }
    guard sizes.count == count, sizes.allSatisfy({ $0 >= 0 && $0 <= size }) else {
      throw call.problem("the sizes \(sizes) do not fit \(count) outputs")
    }
    return try x.tensor.split(sizes, axis: x.order[axis]).map { .numbers(x.with($0)) }
  },
  "Slice": { call in
    let shape = try call.value(0).shape
    let starts = try call.integers(1).values
    let ends = try call.integers(2).values
    let axes = try call.axes(
      call.optionalIntegers(3)?.values ?? Array(starts.indices), rank: shape.count)
    let steps = try call.optionalIntegers(4)?.values ?? Array(repeating: 1, count: starts.count)
    guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count else {
      throw call.problem("its starts, ends, axes and steps are not alike in number")
    }
    var value = try call.value(0)
    for (index, axis) in axes.enumerated() {
      let places = try call.places(shape[axis], starts[index], ends[index], steps[index])
      value = try call.taken(places, axis: axis, from: value)
    }
    return [value]
  },
  "Gather": { call in
    let source = try call.value(0)
    let axis = try call.axes([call.integer("axis", default: 0)], rank: source.shape.count)[0]
    let index = try call.integers(1)
    let size = source.shape[axis]
    let places = try index.values.map { place in
      guard place >= -size, place < size else {
        throw call.problem("there is no entry \(place) among \(size)")
      }
      return place < 0 ? place + size : place
    }
    let taken = try call.taken(places, axis: axis, from: source)
    // The axis becomes the axes of the index.
    let shape =
      Array(source.shape[..<axis]) + index.shape + Array(source.shape[(axis + 1)...])
    switch taken {
    case .integers(let integers): return [.integers(OnnxIntegers(integers.values, shape))]
    case .numbers(let x) where index.shape.count == 1: return [.numbers(x)]
    case .numbers(let x): return [.numbers(OnnxTensor(try x.plain().reshaped(shape)))]
    }
  },
  "Pad": { call in
    let x = try call.numbers(0)
    let mode = try call.text("mode", default: "constant")
    let pads = try call.integerList("pads") ?? call.integers(1).values
    let axes = try call.axes(
      call.optionalIntegers(3)?.values ?? Array(0..<x.rank), rank: x.rank)
    guard pads.count == axes.count * 2, pads.allSatisfy({ (-1 << 20...1 << 20).contains($0) })
    else {
      throw call.problem("the widths \(pads) do not fit \(x.rank) axes")
    }
    let fill = try call.optionalNumbers(2)?.tensor.values.first ?? 0
    var y = x.tensor
    for (index, axis) in axes.enumerated() {
      let (before, after) = (pads[index], pads[index + axes.count])
      y = try call.padded(y, x.order[axis], before, after, mode, fill)
    }
    return [.numbers(x.with(y))]
  },
]

extension OnnxCall {
  /// The entries that a slice takes of an axis.
  fileprivate func places(_ size: Int, _ start: Int, _ end: Int, _ step: Int) throws -> [Int] {
    guard step != 0, step != .min else { throw problem("a step of \(step)") }
    func bound(_ index: Int, _ low: Int, _ high: Int) -> Int {
      max(low, min(high, index < 0 ? max(index, -size - 1) + size : index))
    }
    if step > 0 {
      return Array(stride(from: bound(start, 0, size), to: bound(end, 0, size), by: step))
    }
    return Array(stride(from: bound(start, -1, size - 1), to: bound(end, -1, size - 1), by: step))
  }

  /// Entries of an axis.
  fileprivate func taken(_ places: [Int], axis: Int, from value: OnnxValue) throws -> OnnxValue {
    var target = value.shape
    target[axis] = places.count
    _ = try checked(target)
    switch value {
    case .integers(let x):
      var shape = x.shape
      let inner = shape[(axis + 1)...].reduce(1, *)
      let outer = shape[..<axis].reduce(1, *)
      let size = shape[axis]
      shape[axis] = places.count
      var values: [Int] = []
      for block in 0..<outer {
        for place in places {
          let start = (block * size + place) * inner
          values += x.values[start..<start + inner]
        }
      }
      return .integers(OnnxIntegers(values, shape))
    case .numbers(let x):
      let place = x.order[axis]
      let size = x.tensor.shape[place]
      if let first = places.first, places == Array(first..<first + places.count) {
        return .numbers(x.with(try x.tensor.slice(first..<first + places.count, axis: place)))
      }
      if places.isEmpty { return .numbers(x.with(try x.tensor.slice(0..<0, axis: place))) }
      if places == Array((0..<size).reversed()) {
        return .numbers(x.with(try x.tensor.flipped(axis: place)))
      }
      // Entries of another axis than the first: brought to the front, taken, and brought back.
      var axes = Array(0..<x.rank)
      axes.remove(at: place)
      axes.insert(place, at: 0)
      var back = axes
      for (new, old) in axes.enumerated() { back[old] = new }
      let rows = try x.tensor.transposed(axes).gathered(
        Labels(places.map { Int32(truncatingIfNeeded: $0) }))
      return .numbers(x.with(try rows.transposed(back)))
    }
  }

  /// An axis in memory with something before and after it, or less of it where a width is negative.
  fileprivate func padded(
    _ x: Tensor, _ axis: Int, _ before: Int, _ after: Int, _ mode: String, _ fill: Float
  ) throws -> Tensor {
    var x = x
    let size = x.shape[axis]
    let (cutFront, cutBack) = (max(0, -before), max(0, -after))
    guard cutFront + cutBack <= size else { throw problem("cuts more than there is") }
    x = try x.slice(cutFront..<size - cutBack, axis: axis)
    let (front, back) = (max(0, before), max(0, after))
    guard front > 0 || back > 0 else { return x }
    var shape = x.shape
    shape[axis] += front + back
    _ = try checked(shape)
    let left = x.shape[axis]
    switch mode {
    case "constant":
      return try x.padded(axis: axis, before: front, after: back, with: fill)
    case "edge" where left > 0:
      let first = try x.slice(0..<1, axis: axis)
      let last = try x.slice(left - 1..<left, axis: axis)
      func repeated(_ line: Tensor, _ count: Int) throws -> Tensor {
        var shape = line.shape
        shape[axis] = count
        return try line.expanded(to: shape)
      }
      return try Tensor.concatenated(
        [repeated(first, front), x, repeated(last, back)], along: axis)
    case "reflect" where front < left && back < left:
      var parts = [x]
      if front > 0 {
        parts.insert(try x.slice(1..<front + 1, axis: axis).flipped(axis: axis), at: 0)
      }
      if back > 0 {
        parts.append(try x.slice(left - 1 - back..<left - 1, axis: axis).flipped(axis: axis))
      }
      return try Tensor.concatenated(parts, along: axis)
    default: throw problem("the mode '\(mode)' is not supported here")
    }
  }
}
