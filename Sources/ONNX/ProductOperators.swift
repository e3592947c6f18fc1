import Tensors

/// Matrix products.
let productOperators: [String: OnnxOperator] = [
  "Gemm": { call in
    let (alpha, beta) = (
      try call.number("alpha", default: 1), try call.number("beta", default: 1)
    )
    let a = try call.numbers(0).plain()
    let isTurnedA = try call.integer("transA", default: 0) != 0
    let isTurnedB = try call.integer("transB", default: 0) != 0
    let b = try call.numbers(1)
    guard a.rank == 2, b.rank == 2 else { throw call.problem("needs matrices") }
    let bias = try call.optionalNumbers(2).map { try $0.plain() }
    let x = isTurnedA ? try a.transposed() : a
    let mark = isTurnedB ? "turned " : "matrix "
    let w = try call.prepared(mark + call.node.inputs[1], try b.plain()) {
      isTurnedB ? try $0.transposed() : $0
    }
    _ = try call.checked([x.shape[0], w.shape[1]])
    if alpha == 1, beta == 1, bias == nil || bias?.shape == [w.shape[1]] {
      return [.numbers(OnnxTensor(try linear(x, weight: w, bias: bias)))]
    }
    var y = try matmul(x, w) * alpha
    if let bias { y = try y + bias * beta }
    return [.numbers(OnnxTensor(y))]
  },
  "MatMul": { call in
    let (a, b) = (try call.numbers(0), try call.numbers(1))
    return [.numbers(OnnxTensor(try call.product(try a.plain(), try b.plain())))]
  },
  "Einsum": { call in
    let equation = try call.text("equation", default: "").filter { $0 != " " }
    let (a, b) = (try call.numbers(0).plain(), try call.numbers(1).plain())
    return [.numbers(OnnxTensor(try call.einsum(equation, a, b)))]
  },
]

extension OnnxCall {
  /// NumPy's product: vectors are rows or columns, leading axes are broadcast.
  fileprivate func product(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard a.rank > 0, b.rank > 0 else { throw problem("needs matrices") }
    if a.rank == 1 {
      let row = try product(try a.reshaped([1, a.count]), b)
      return try row.reshaped(Array(row.shape.dropLast(2)) + row.shape.suffix(1))
    }
    if b.rank == 1 {
      let column = try product(a, try b.reshaped([b.count, 1]))
      return try column.reshaped(Array(column.shape.dropLast()))
    }
    let batch = try broadcast(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
    _ = try checked(batch + [a.shape[a.rank - 2], b.shape[b.rank - 1]])
    if b.rank == 2, !b.isTracked { return try linear(a, weight: b) }
    if a.rank == 2 || b.rank == 2 || a.shape.dropLast(2) == b.shape.dropLast(2) {
      return try matmul(a, b)
    }
    return try matmul(
      a.expanded(to: checked(batch + a.shape.suffix(2))),
      b.expanded(to: checked(batch + b.shape.suffix(2))))
  }

  /// Two operands whose letters are batch, rows, columns and one sum: a product of matrices.
  fileprivate func einsum(_ equation: String, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let sides = equation.split(separator: ">", maxSplits: 1).map(String.init)
    let terms = sides.first?.dropLast().split(separator: ",").map(Array.init) ?? []
    guard sides.count == 2, terms.count == 2, terms[0].count == a.rank, terms[1].count == b.rank,
      Set(terms[0]).count == a.rank, Set(terms[1]).count == b.rank
    else { throw problem("the equation '\(equation)' is not supported") }
    let (left, right, result) = (terms[0], terms[1], Array(sides[1]))
    let shared = left.filter(right.contains)
    let batch = shared.filter(result.contains)
    let sums = shared.filter { !result.contains($0) }
    let rows = left.filter { !right.contains($0) }
    let columns = right.filter { !left.contains($0) }
    guard Set(result) == Set(batch + rows + columns), result.count == Set(result).count else {
      throw problem("the equation '\(equation)' is not supported")
    }
    func size(_ letters: [Character], of tensor: Tensor, _ term: [Character]) -> [Int] {
      letters.map { letter in term.firstIndex(of: letter).map { tensor.shape[$0] } ?? 1 }
    }
    func turned(_ tensor: Tensor, _ term: [Character], _ wanted: [Character]) throws -> Tensor {
      try tensor.transposed(wanted.compactMap { term.firstIndex(of: $0) })
    }
    let n = size(batch, of: a, left)
    let (m, k) = (size(rows, of: a, left), size(sums, of: a, left))
    let p = size(columns, of: b, right)
    _ = try checked(n + m + p)
    let x = try turned(a, left, batch + rows + sums)
      .reshaped([n.reduce(1, *), m.reduce(1, *), k.reduce(1, *)])
    let y = try turned(b, right, batch + sums + columns)
      .reshaped([n.reduce(1, *), k.reduce(1, *), p.reduce(1, *)])
    return try turned(matmul(x, y).reshaped(n + m + p), batch + rows + columns, result)
  }
}
