import Graphs
import Tensors

/// Operations that move numbers as ONNX's nodes.
extension OnnxWriter {
  mutating func moved(_ operation: Graph.Operation) throws -> Wire {
    let x = operation.inputs[0]
    let source = try wire(x)
    let order = source.order
    func place(_ axis: Int) -> Int { order.firstIndex(of: axis) ?? 0 }
    switch operation.primitive {
    case .reshape: return try reshape(operation)
    case .expand: return try expand(operation)
    case .transpose(let axes):
      // Nothing moves: the axes are counted in another order.
      return Wire(name: source.name, order: order.map { axes.firstIndex(of: $0) ?? 0 })
    case .slice(let axis, let start):
      let end = try end(axis, start, shape(x)[axis], shape(operation.output)[axis])
      let inputs = [source.name, integers([start]), integers([end]), integers([place(axis)])]
      return Wire(name: node("Slice", inputs), order: order)
    case .pad(let axis, let before, let after, let value):
      var widths = Array(repeating: 0, count: 2 * order.count)
      widths[place(axis)] = before
      widths[order.count + place(axis)] = after
      return Wire(
        name: node("Pad", [source.name, integers(widths), number(value)]), order: order)
    case .concatenate(let axis): return try concatenate(operation, axis)
    case .flip(let axis):
      let inputs = [
        source.name, integers([-1]), integers([.min]), integers([place(axis)]), integers([-1]),
      ]
      return Wire(name: node("Slice", inputs), order: order)
    case .gather(let index):
      let inputs = [source.name, integers(index.values.map { Int($0) })]
      return Wire(name: node("Gather", inputs, [.int("axis", place(0))]), order: order)
    default: throw problem("\(operation.primitive.name) has no counterpart")
    }
  }

  private mutating func reshape(_ operation: Graph.Operation) throws -> Wire {
    let x = operation.inputs[0]
    let (from, to) = (shape(x), shape(operation.output))
    let growing = to.indices.filter { to[$0].perSample != 0 }
    guard growing.count <= 1 else { throw problem("two of its sizes grow with the batch") }
    let sizes = to.indices.map { growing.contains($0) ? -1 : to[$0].fixed }
    let source = try wire(x)
    // Axes of one number lie anywhere.
    let telling = source.order.filter { from[$0] != Size(1) }
    let name = telling == telling.sorted() ? source.name : try plain(x)
    return Wire(name: node("Reshape", [name, integers(sizes)]), order: Array(to.indices))
  }

  private mutating func expand(_ operation: Graph.Operation) throws -> Wire {
    let x = operation.inputs[0]
    let (from, to) = (shape(x), shape(operation.output))
    let name = try plain(x)
    let missing = to.count - from.count
    // A size of 1 keeps what is there.
    let isKept = to.indices.map { $0 >= missing && from[$0 - missing] == to[$0] }
    let sizes = to.indices.map { isKept[$0] ? 1 : to[$0].fixed }
    let growing = to.indices.filter { !isKept[$0] && to[$0].perSample != 0 }
    var target = integers(sizes)
    if !growing.isEmpty {
      let parts = try to.indices.map { axis in
        growing.contains(axis) ? try size(to[axis]) : integers([sizes[axis]])
      }
      target = node("Concat", parts, [.int("axis", 0)])
    }
    return Wire(name: node("Expand", [name, target]), order: Array(to.indices))
  }

  /// A size that grows with the batch, as a list of one number.
  private mutating func size(_ size: Size) throws -> String {
    var name = try samples()
    if size.perSample != 1 { name = node("Mul", [name, integers([size.perSample])]) }
    if size.fixed != 0 { name = node("Add", [name, integers([size.fixed])]) }
    return name
  }

  /// Where a slice ends; counted from the end of an axis that grows with the batch.
  private func end(_ axis: Int, _ start: Int, _ from: Size, _ to: Size) throws -> Int {
    if from.perSample == 0 { return start + to.fixed }
    guard from.perSample == to.perSample else {
      throw problem("a part of the batch is taken that depends on its size")
    }
    let rest = from.fixed - start - to.fixed
    return rest == 0 ? .max : -rest
  }

  private mutating func concatenate(_ operation: Graph.Operation, _ axis: Int) throws -> Wire {
    let parts = operation.inputs
    let leader = parts.first { graph.constants[$0] == nil } ?? parts[0]
    let order = try wire(leader).order
    var names: [String] = []
    for part in parts { names.append(try ordered(part, order)) }
    let place = order.firstIndex(of: axis) ?? 0
    return Wire(name: node("Concat", names, [.int("axis", place)]), order: order)
  }
}
