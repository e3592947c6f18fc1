import Tensors

/// Pooling over windows and over whole images.
let poolOperators: [String: OnnxOperator] = [
  "MaxPool": { call in
    guard call.node.outputs.dropFirst().allSatisfy(\.isEmpty) else {
      throw call.problem("the places of the largest numbers are not supported")
    }
    let (x, window) = try call.pooled(padding: -.infinity)
    return [
      .numbers(
        OnnxTensor(
          images: try maxPool(
            x, kernel: window.kernel, stride: window.stride, padding: window.padding,
            ceilMode: window.isCeiling)))
    ]
  },
  "AveragePool": { call in
    let counts = try call.integer("count_include_pad", default: 0) != 0
    let (x, window) = try call.pooled(padding: counts ? 0 : nil)
    return [
      .numbers(
        OnnxTensor(
          images: try averagePool(
            x, kernel: window.kernel, stride: window.stride, padding: window.padding,
            ceilMode: window.isCeiling, countsPadding: counts)))
    ]
  },
  "GlobalAveragePool": { call in
    let x = try call.numbers(0)
    guard x.rank == 4 else { throw call.problem("needs images [N, C, H, W]") }
    let mean = try x.images().mean(axes: [1, 2], keepingAxes: true)
    return [.numbers(OnnxTensor(images: mean))]
  },
  "GlobalMaxPool": { call in
    let x = try call.numbers(0)
    guard x.rank == 4 else { throw call.problem("needs images [N, C, H, W]") }
    return [.numbers(OnnxTensor(images: try x.images().max(axes: [1, 2], keepingAxes: true)))]
  },
]

private struct Pooling {
  var kernel: Int
  var stride: Int
  var padding: Int
  var isCeiling: Bool
}

extension OnnxCall {
  /// The images and a square window over them; padding that no window has is put around the images.
  ///
  /// - Parameter padding: What may be put around the images; nil where that would change the result.
  fileprivate func pooled(padding fill: Float?) throws -> (Tensor, Pooling) {
    let x = try numbers(0)
    guard x.rank == 4 else { throw problem("needs images [N, C, H, W]") }
    let kernel = try integerList("kernel_shape") ?? []
    let strides = try integerList("strides") ?? [1, 1]
    let dilations = try integerList("dilations") ?? [1, 1]
    guard kernel.count == 2, strides.count == 2, kernel[0] == kernel[1], strides[0] == strides[1],
      kernel[0] > 0, strides[0] > 0, dilations.allSatisfy({ $0 == 1 })
    else { throw problem("only square windows without dilation are supported") }
    let images = try x.images()
    let isCeiling = try integer("ceil_mode", default: 0) != 0
    var pads = try integerList("pads") ?? [0, 0, 0, 0]
    let mode = try text("auto_pad", default: "NOTSET")
    if mode.hasPrefix("SAME") {
      let same = ConvolutionWindow(stride: strides[0]).same(
        height: images.shape[1], width: images.shape[2], kernelHeight: kernel[0],
        kernelWidth: kernel[1]
      ).padding
      pads =
        mode == "SAME_UPPER"
        ? [same.top, same.left, same.bottom, same.right]
        : [same.bottom, same.right, same.top, same.left]
    }
    guard pads.count == 4, pads.allSatisfy({ $0 >= 0 && $0 < 1 << 16 }) else {
      throw problem("'pads' is \(pads)")
    }
    if Set(pads).count == 1, pads[0] * 2 <= kernel[0] {
      return (
        images,
        Pooling(kernel: kernel[0], stride: strides[0], padding: pads[0], isCeiling: isCeiling)
      )
    }
    guard let fill else { throw problem("uneven padding \(pads) is not supported") }
    let sizes = images.shape
    _ = try checked([
      sizes[0], sizes[1] + pads[0] + pads[2], sizes[2] + pads[1] + pads[3], sizes[3],
    ])
    let padded = try images.padded(
      [(0, 0), (pads[0], pads[2]), (pads[1], pads[3]), (0, 0)], with: fill)
    return (
      padded, Pooling(kernel: kernel[0], stride: strides[0], padding: 0, isCeiling: isCeiling)
    )
  }
}
