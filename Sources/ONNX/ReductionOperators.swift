import Tensors

/// Sums, means and extremes over axes.
let reductionOperators: [String: OnnxOperator] = [
  "ReduceMean": reduction { try $0.mean(axes: $1, keepingAxes: $2) },
  "ReduceSum": reduction { try $0.sum(axes: $1, keepingAxes: $2) },
  "ReduceMax": reduction { try $0.max(axes: $1, keepingAxes: $2) },
  "ReduceMin": reduction { try $0.min(axes: $1, keepingAxes: $2) },
  "ReduceL1": reduction { try $0.abs().sum(axes: $1, keepingAxes: $2) },
  "ReduceL2": reduction { try $0.square().sum(axes: $1, keepingAxes: $2).squareRoot() },
  "ReduceSumSquare": reduction { try $0.square().sum(axes: $1, keepingAxes: $2) },
  "ReduceProd": { call in
    guard call.isIntegral else { throw call.problem("is supported for whole numbers only") }
    let x = try call.integers(0)
    var product = 1
    for value in x.values {
      let (next, overflows) = product.multipliedReportingOverflow(by: value)
      guard !overflows else { throw call.problem("the product is too large") }
      product = next
    }
    let keeps = try call.integer("keepdims", default: 1) != 0
    return [
      .integers(OnnxIntegers([product], keeps ? Array(repeating: 1, count: x.shape.count) : []))
    ]
  },
]

private func reduction(
  _ function: @escaping @Sendable (Tensor, [Int], Bool) throws -> Tensor
) -> OnnxOperator {
  { call in
    let x = try call.numbers(0)
    let keeps = try call.integer("keepdims", default: 1) != 0
    var axes = try call.axes(input: 1, rank: x.rank) ?? []
    if axes.isEmpty {
      if try call.integer("noop_with_empty_axes", default: 0) != 0 { return [.numbers(x)] }
      axes = Array(0..<x.rank)
    }
    let places = Set(axes).map { x.order[$0] }.sorted()
    let kept = try function(x.tensor, places, true)
    if keeps { return [.numbers(x.with(kept))] }
    // Axes that go are of size 1 now, so they may go from wherever they lie.
    let left = (0..<x.rank).filter { !axes.contains($0) }
    let shape = x.tensor.shape.indices.filter { !places.contains($0) }.map { kept.shape[$0] }
    let order = left.map { axis in x.order[axis] - places.count { $0 < x.order[axis] } }
    return [.numbers(OnnxTensor(try kept.reshaped(shape), order: order))]
  }
}
