import Tensors

/// Conv and ConvTranspose, along one or two axes.
let convolutionOperators: [String: OnnxOperator] = [
  "Conv": { call in
    let x = try call.numbers(0)
    let weights = try call.convolutionWeights(1, rank: x.rank)
    let bias = try call.optionalNumbers(2).map { try $0.plain() }
    let images = try call.images(x)
    let window = try call.window(
      images: images.shape, kernel: (weights.shape[0], weights.shape[1]), rank: x.rank)
    _ = try call.checked(try window.outputShape(images.shape, weights.shape))
    return [try call.result(try convolution(images, weights, bias: bias, window), like: x)]
  },
  "ConvTranspose": { call in
    let x = try call.numbers(0)
    guard x.rank == 4 else { throw call.problem("only images are supported") }
    let source = try call.numbers(1)
    guard source.rank == 4 else { throw call.problem("its weights are not [in, out, H, W]") }
    // ONNX has [in, out/groups, H, W]; the convolution whose input gradient this is goes from out
    // to in, so its weights are [H, W, out/groups, in].
    let weights = try call.prepared("transposed " + call.node.inputs[1], try source.plain()) {
      try $0.transposed([2, 3, 1, 0])
    }
    let images = try x.images()
    let window = try call.window(
      images: images.shape, kernel: (weights.shape[0], weights.shape[1]), rank: 4,
      isTransposed: true)
    let input = try call.transposedShape(images.shape, weights.shape, window)
    var y = try convolutionInputGradient(images, weights, input: input, window)
    if let bias = try call.optionalNumbers(2) { y = try y + bias.plain() }
    return [.numbers(OnnxTensor(images: y))]
  },
]

extension OnnxCall {
  /// Images N H W C of an input N C H W, or N C L taken as images of height 1.
  fileprivate func images(_ x: OnnxTensor) throws -> Tensor {
    switch x.rank {
    case 4: return try x.images()
    case 3:
      let lines = try x.ordered([0, 2, 1])
      return try lines.reshaped([lines.shape[0], 1, lines.shape[1], lines.shape[2]])
    default: throw problem("needs images [N, C, H, W], not \(shapeText(x.shape))")
    }
  }

  fileprivate func result(_ images: Tensor, like x: OnnxTensor) throws -> OnnxValue {
    guard x.rank == 3 else { return .numbers(OnnxTensor(images: images)) }
    let shape = images.shape
    return .numbers(
      OnnxTensor(try images.reshaped([shape[0], shape[2], shape[3]]), order: [0, 2, 1]))
  }

  /// [out, in/groups, H, W] as [H, W, in/groups, out].
  fileprivate func convolutionWeights(_ index: Int, rank: Int) throws -> Tensor {
    let source = try numbers(index)
    guard source.rank == rank, rank == 3 || rank == 4 else {
      throw problem("its weights \(shapeText(source.shape)) do not fit an input of \(rank) axes")
    }
    return try prepared("kernel " + node.inputs[index], try source.plain()) { weights in
      let shape = weights.shape
      let planes = rank == 4 ? weights : try weights.reshaped([shape[0], shape[1], 1, shape[2]])
      return try planes.transposed([2, 3, 1, 0])
    }
  }

  /// Stride, dilation, groups and padding, worked out for this image where the node says SAME.
  fileprivate func window(
    images: [Int], kernel: (Int, Int), rank: Int, isTransposed: Bool = false
  ) throws -> ConvolutionWindow {
    func pair(_ name: String) throws -> (Int, Int) {
      let given = try integerList(name) ?? Array(repeating: 1, count: rank - 2)
      guard given.count == rank - 2, given.allSatisfy({ $0 > 0 && $0 < 1 << 20 }) else {
        throw problem("'\(name)' is \(given)")
      }
      return rank == 3 ? (1, given[0]) : (given[0], given[1])
    }
    let groups = try integer("group", default: 1)
    var window = ConvolutionWindow(
      strides: try pair("strides"), padding: .init(0), dilations: try pair("dilations"))
    guard (1...1 << 20).contains(groups) else { throw problem("'group' is \(groups)") }
    window.groups = groups
    switch try text("auto_pad", default: "NOTSET") {
    case "VALID": break
    case "SAME_UPPER", "SAME_LOWER":
      guard !isTransposed else { throw problem("'auto_pad' is not supported here") }
      window = window.same(
        height: images[1], width: images[2], kernelHeight: kernel.0, kernelWidth: kernel.1)
      if try text("auto_pad", default: "") == "SAME_LOWER" {
        let p = window.padding
        window.padding = .init(top: p.bottom, left: p.right, bottom: p.top, right: p.left)
      }
    case "NOTSET":
      let count = 2 * (rank - 2)
      let pads = try integerList("pads") ?? Array(repeating: 0, count: count)
      guard pads.count == count, pads.allSatisfy({ $0 >= 0 && $0 < 1 << 20 }) else {
        throw problem("'pads' is \(pads)")
      }
      window.padding =
        rank == 3
        ? .init(top: 0, left: pads[0], bottom: 0, right: pads[1])
        : .init(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
    case let other: throw problem("'auto_pad' is '\(other)'")
    }
    return window
  }

  /// The output of a transposed convolution: stride·(in − 1) + output_padding + dilation·(kernel −
  /// 1) + 1 − pads.
  fileprivate func transposedShape(
    _ images: [Int], _ weights: [Int], _ window: ConvolutionWindow
  ) throws -> [Int] {
    let extra = try integerList("output_padding") ?? [0, 0]
    guard try integerList("output_shape") == nil, extra.count == 2,
      extra.allSatisfy({ $0 >= 0 && $0 < 1 << 20 })
    else { throw problem("'output_shape' is not supported") }
    let p = window.padding
    let height =
      window.strideHeight * (images[1] - 1) + extra[0]
      + window.dilationHeight * (weights[0] - 1) + 1 - p.top - p.bottom
    let width =
      window.strideWidth * (images[2] - 1) + extra[1]
      + window.dilationWidth * (weights[1] - 1) + 1 - p.left - p.right
    return try checked([images[0], height, width, weights[2] * window.groups])
  }
}
