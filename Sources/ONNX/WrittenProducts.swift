import Graphs
import Tensors

/// Convolutions, dense layers and attention as ONNX's nodes.
extension OnnxWriter {
  mutating func convolution(
    _ operation: Graph.Operation, _ window: ConvolutionWindow
  ) throws -> Wire {
    let kernel = try kernel(operation.inputs[1])
    var inputs = [try images(operation.inputs[0])]
    // [R, S, C/groups, K] is PyTorch's and ONNX's [K, C/groups, R, S].
    inputs.append(try weight(operation.inputs[1], [3, 2, 0, 1]))
    if operation.inputs.count > 2 { inputs.append(try bias(operation.inputs[2])) }
    let attributes = windowAttributes(window, kernel) + [padding(window.padding)]
    return Wire(name: node("Conv", inputs, attributes), order: OnnxTensor.channelsLast)
  }

  mutating func transposedConvolution(
    _ operation: Graph.Operation, _ window: ConvolutionWindow
  ) throws -> Wire {
    let kernel = try kernel(operation.inputs[1])
    let (small, large) = (shape(operation.inputs[0]), shape(operation.output))
    let p = window.padding
    let sides = [
      (1, window.strideHeight, window.dilationHeight, kernel[0], p.top + p.bottom),
      (2, window.strideWidth, window.dilationWidth, kernel[1], p.left + p.right),
    ]
    // What the window never reached at the far end.
    let extra = sides.map { axis, stride, dilation, kernel, pads in
      large[axis].fixed + pads - stride * (small[axis].fixed - 1) - dilation * (kernel - 1) - 1
    }
    let inputs = [
      try images(operation.inputs[0]), try weight(operation.inputs[1], [3, 2, 0, 1]),
    ]
    let attributes =
      windowAttributes(window, kernel) + [padding(p), .ints("output_padding", extra)]
    return Wire(name: node("ConvTranspose", inputs, attributes), order: OnnxTensor.channelsLast)
  }

  private func kernel(_ weight: Graph.Value) throws -> [Int] {
    let sizes = shape(weight)
    guard sizes.count == 4 else { throw problem("its weights are no kernels") }
    return [sizes[0].fixed, sizes[1].fixed]
  }

  private func windowAttributes(
    _ window: ConvolutionWindow, _ kernel: [Int]
  ) -> [OnnxAttributeProto] {
    [
      .ints("kernel_shape", kernel), .ints("strides", [window.strideHeight, window.strideWidth]),
      .ints("dilations", [window.dilationHeight, window.dilationWidth]),
      .int("group", window.groups),
    ]
  }

  private func padding(_ p: ConvolutionWindow.Padding) -> OnnxAttributeProto {
    .ints("pads", [p.top, p.left, p.bottom, p.right])
  }

  /// A weight with its axes in an order, constant or computed.
  private mutating func weight(_ value: Graph.Value, _ order: [Int]) throws -> String {
    guard graph.constants[value] != nil else { return try ordered(value, order) }
    return try constant(value, order: order, role: "weight")
  }

  private mutating func bias(_ value: Graph.Value) throws -> String {
    guard graph.constants[value] != nil else { return try plain(value) }
    return try constant(value, order: Array(shape(value).indices), role: "bias")
  }

  mutating func linear(_ operation: Graph.Operation) throws -> Wire {
    let x = operation.inputs
    let order = Array(shape(operation.output).indices)
    let source = try plain(x[0])
    // [in, out] is PyTorch's [out, in].
    let weight = try weight(x[1], [1, 0])
    let added = x.count > 2 ? [try bias(x[2])] : []
    if order.count == 2 {
      return Wire(
        name: node("Gemm", [source, weight] + added, [.int("transB", 1)]), order: order)
    }
    let turned = node("Transpose", [weight], [.ints("perm", [1, 0])])
    let product = node("MatMul", [source, turned])
    return Wire(
      name: added.isEmpty ? product : node("Add", [product] + added), order: order)
  }

  mutating func attention(
    _ operation: Graph.Operation, _ packing: AttentionPacking, scale: Float, hasBias: Bool
  ) throws -> Wire {
    let sources = hasBias ? Array(operation.inputs.dropLast()) : operation.inputs
    let query = try heads(packing.query, packing.heads, sources, [0, 2, 1, 3])
    let key = try heads(packing.key, packing.heads, sources, [0, 2, 3, 1])
    let value = try heads(packing.value, packing.heads, sources, [0, 2, 1, 3])
    var scores = node("MatMul", [query, key])
    scores = node("Mul", [scores, number(scale)])
    if hasBias, let bias = operation.inputs.last {
      scores = try biased(scores, bias, images: shape(operation.output)[0])
    }
    let shares = node("Softmax", [scores], [.int("axis", -1)])
    let mixed = node(
      "Transpose", [node("MatMul", [shares, value])], [.ints("perm", [0, 2, 1, 3])])
    let width = packing.heads * packing.value.width
    return Wire(name: node("Reshape", [mixed, integers([0, 0, width])]), order: [0, 1, 2])
  }

  /// One part of a packed projection as [N, heads, T, width], or with its axes in another order.
  private mutating func heads(
    _ part: AttentionHeads, _ heads: Int, _ sources: [Graph.Value], _ axes: [Int]
  ) throws -> String {
    let source = sources[part.source]
    let width = shape(source)[2].fixed
    var name = try plain(source)
    let all = heads * part.width
    if part.stride == part.width || heads == 1 {
      if all != width {
        name = node(
          "Slice",
          [name, integers([part.offset]), integers([part.offset + all]), integers([2])])
      }
    } else {
      let places = (0..<heads).flatMap { head in
        (0..<part.width).map { part.offset + head * part.stride + $0 }
      }
      name = node("Gather", [name, integers(places)], [.int("axis", 2)])
    }
    let cut = node("Reshape", [name, integers([0, 0, heads, part.width])])
    return node("Transpose", [cut], [.ints("perm", axes)])
  }

  /// Scores [N, heads, T, T] with a bias for all images, or for as many windows as it has, in turn.
  private mutating func biased(
    _ scores: String, _ bias: Graph.Value, images: Size
  ) throws -> String {
    let sizes = shape(bias)
    let name = try plain(bias)
    guard sizes.count == 4, sizes[0] != images, sizes[0] != Size(1) else {
      return node("Add", [scores, name])
    }
    guard sizes[0].perSample == 0 else { throw problem("its bias grows with the batch") }
    let inner = sizes.map(\.fixed)
    let cut = node("Reshape", [scores, integers([-1] + inner)])
    let sum = node("Add", [cut, name])
    return node("Reshape", [sum, integers([-1] + inner.dropFirst())])
  }
}
