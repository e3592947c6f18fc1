import Tensors

/// Operators that give the same numbers another shape, or say what shape they have.
let shapeOperators: [String: OnnxOperator] = [
  "Shape": { call in
    let shape = try call.value(0).shape
    let start = try call.integer("start", default: 0)
    let end = try call.integer("end", default: shape.count)
    func bound(_ index: Int) -> Int {
      max(0, min(shape.count, index < 0 ? index + shape.count : index))
    }
    let range = bound(start)..<max(bound(start), bound(end))
    return [.integers(OnnxIntegers(Array(shape[range])))]
  },
  "Size": { call in
    [.integers(OnnxIntegers([try call.value(0).shape.elementCount], []))]
  },
  "Reshape": { call in
    let old = try call.value(0).shape
    let allowsZero = try call.integer("allowzero", default: 0) != 0
    var shape = try call.integers(1).values
    for (axis, size) in shape.enumerated() where size == 0 && !allowsZero {
      guard axis < old.count else { throw call.problem("there is no axis \(axis) to keep") }
      shape[axis] = old[axis]
    }
    return [try call.reshaped(shape)]
  },
  "Flatten": { call in
    let shape = try call.value(0).shape
    let axis = try call.integer("axis", default: 1)
    guard axis >= -shape.count, axis <= shape.count else {
      throw call.problem("there is no axis \(axis) among \(shape.count)")
    }
    let cut = axis < 0 ? axis + shape.count : axis
    return [
      try call.reshaped([shape[..<cut].reduce(1, *), shape[cut...].reduce(1, *)])
    ]
  },
  "Squeeze": { call in
    let shape = try call.value(0).shape
    let given = try call.axes(input: 1, rank: shape.count)
    let axes = given ?? shape.indices.filter { shape[$0] == 1 }
    guard axes.allSatisfy({ shape[$0] == 1 }) else {
      throw call.problem("axes \(axes) of \(shapeText(shape)) are not all 1")
    }
    return [try call.reshaped(shape.indices.filter { !axes.contains($0) }.map { shape[$0] })]
  },
  "Unsqueeze": { call in
    let shape = try call.value(0).shape
    let count = try call.integerList("axes")?.count ?? call.optionalIntegers(1)?.values.count ?? 0
    guard let axes = try call.axes(input: 1, rank: shape.count + count),
      Set(axes).count == axes.count
    else { throw call.problem("says no axes") }
    var rest = shape[...]
    let result = (0..<shape.count + count).map { axis in
      axes.contains(axis) ? 1 : rest.popFirst() ?? 1
    }
    return [try call.reshaped(result)]
  },
  "Transpose": { call in
    let shape = try call.value(0).shape
    let axes = try call.integerList("perm") ?? Array((0..<shape.count).reversed())
    guard axes.sorted() == Array(0..<shape.count) else {
      throw call.problem("\(axes) is no order of \(shape.count) axes")
    }
    switch try call.value(0) {
    case .numbers(let x):
      // Nothing moves: the axes are counted in another order.
      return [.numbers(OnnxTensor(x.tensor, order: axes.map { x.order[$0] }))]
    case .integers(let x):
      // Places are turned, as a number of a tensor does not hold every whole one.
      guard x.values.count < 1 << 24 else { throw call.problem("has too many numbers") }
      let places = try Tensor(x.values.indices.map { Float($0) }, x.shape).transposed(axes)
      return [.integers(OnnxIntegers(places.values.map { x.values[Int($0)] }, places.shape))]
    }
  },
  "Expand": { call in
    let old = try call.value(0).shape
    let shape = try call.checked(try call.broadcast(old, try call.integers(1).values))
    if case .integers(let x) = try call.value(0) {
      return [.integers(OnnxIntegers(try call.spread(x, shape), shape))]
    }
    let x = try call.numbers(0).plain()
    let full = try x.reshaped(Array(repeating: 1, count: shape.count - old.count) + old)
    return [.numbers(OnnxTensor(try full.expanded(to: shape)))]
  },
  "Tile": { call in
    let x = try call.numbers(0)
    let times = try call.integers(1).values
    guard times.count == x.rank, times.allSatisfy({ $0 >= 0 }) else {
      throw call.problem("\(times) repeats do not fit \(shapeText(x.shape))")
    }
    _ = try call.checked(
      zip(x.shape, times).map { size, times in
        let (product, overflows) = size.multipliedReportingOverflow(by: times)
        return overflows ? -1 : product
      })
    var y = try x.plain()
    for (axis, count) in times.enumerated() where count != 1 {
      // One after the other, as often as asked: [a b] twice is [a b a b].
      let (front, back) = (y.shape[..<axis], y.shape[axis...])
      y = try y.reshaped(front + [1] + back).expanded(to: front + [count] + back)
        .reshaped(front + [count * back[axis]] + back.dropFirst())
    }
    return [.numbers(OnnxTensor(y))]
  },
]

extension OnnxCall {
  /// Input 0 under another shape; one size may be −1.
  fileprivate func reshaped(_ shape: [Int]) throws -> OnnxValue {
    switch try value(0) {
    case .integers(let x):
      var target = shape
      if let open = shape.firstIndex(of: -1) {
        target[open] = 1
        let known = try checked(target).elementCount
        target[open] = known > 0 ? x.values.count / known : 0
      }
      guard try checked(target).elementCount == x.values.count else {
        throw problem("\(x.values.count) numbers do not fill \(shapeText(shape))")
      }
      return .integers(OnnxIntegers(x.values, target))
    case .numbers(let x):
      guard shape.count(where: { $0 == -1 }) <= 1, shape.allSatisfy({ $0 >= -1 && $0 <= 1 << 32 })
      else {
        throw problem("the shape \(shape) cannot be made")
      }
      _ = try checked(shape.map { max($0, 1) })
      // Images of one pixel lie in memory as ONNX counts them, whatever the order of their axes.
      let moved = x.order.filter { x.tensor.shape[$0] != 1 }
      let source = moved == moved.sorted() ? x.tensor : try x.plain()
      return .numbers(OnnxTensor(try source.reshaped(shape)))
    }
  }
}
