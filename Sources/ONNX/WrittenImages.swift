import Graphs
import Tensors

/// Pools and resizing as ONNX's nodes, all on images N C H W.
extension OnnxWriter {
  mutating func sampled(_ operation: Graph.Operation) throws -> String {
    let x = try images(operation.inputs[0])
    let (from, to) = (side(operation.inputs[0]), side(operation.output))
    switch operation.primitive {
    case .maxPool(let window):
      return node("MaxPool", [x], poolAttributes(window, from, to))
    case .averagePool(let window): return averagePool(x, window, from, to)
    case .adaptiveAveragePool:
      if to == [1, 1] { return node("GlobalAveragePool", [x]) }
      return try sharedPool("AveragePool", x, operation, from, to)
    case .adaptiveMaxPool:
      if to == [1, 1] { return node("GlobalMaxPool", [x]) }
      return try sharedPool("MaxPool", x, operation, from, to)
    case .resize(let mode, let alignCorners, let antialias):
      if antialias { return try separable(x, operation, from, to) }
      return resize(x, mode, alignCorners: alignCorners, to)
    default: throw problem("\(operation.primitive.name) is no pool")
    }
  }

  private func side(_ value: Graph.Value) -> [Int] { shape(value)[1...2].map(\.fixed) }

  /// The padding that gives as many windows as there are, without ONNX's ceiling, whose last window
  /// differs among programs.
  private func poolAttributes(
    _ window: PoolingWindow, _ from: [Int], _ to: [Int]
  ) -> [OnnxAttributeProto] {
    let end = zip(from, to).map { size, windows in
      max(
        window.padding, (windows - 1) * window.stride + window.kernel - size - window.padding)
    }
    return [
      .ints("kernel_shape", [window.kernel, window.kernel]),
      .ints("strides", [window.stride, window.stride]),
      .ints(
        "pads",
        [window.padding, window.padding]
          + (window.ceilMode
            ? end
            : [
              window.padding, window.padding,
            ])),
    ]
  }

  private mutating func averagePool(
    _ x: String, _ window: PoolingWindow, _ from: [Int], _ to: [Int]
  ) -> String {
    guard window.countsPadding, window.padding > 0 else {
      return node("AveragePool", [x], poolAttributes(window, from, to))
    }
    // Padding that counts is part of the image; what a last window has beyond it does not count.
    let p = window.padding
    let pads = [0, 0, p, p, 0, 0, p, p]
    let padded = node("Pad", [x, integers(pads), number(0)])
    var inner = window
    inner.padding = 0
    return node("AveragePool", [padded], poolAttributes(inner, from.map { $0 + 2 * p }, to))
  }

  /// Windows that share an image evenly, or nearly so.
  private mutating func sharedPool(
    _ kind: String, _ x: String, _ operation: Graph.Operation, _ from: [Int], _ to: [Int]
  ) throws -> String {
    if from[0] % to[0] == 0, from[1] % to[1] == 0 {
      let window = [from[0] / to[0], from[1] / to[1]]
      return node(kind, [x], [.ints("kernel_shape", window), .ints("strides", window)])
    }
    guard kind == "MaxPool" else { return try separable(x, operation, from, to) }
    var x = x
    for axis in [0, 1] {
      let parts = (0..<to[axis]).map { index in
        let low = index * from[axis] / to[axis]
        let high = ((index + 1) * from[axis] + to[axis] - 1) / to[axis]
        let part = node(
          "Slice", [x, integers([low]), integers([high]), integers([axis + 2])])
        return reduced(part, .maximum, [axis + 2], keepingAxes: true)
      }
      x = node("Concat", parts, [.int("axis", axis + 2)])
    }
    return x
  }

  /// What is linear along rows and columns, each for itself: rows·x·columnsᵀ. What the operation
  /// makes of images with one pixel of 1 is the matrix.
  private mutating func separable(
    _ x: String, _ operation: Graph.Operation, _ from: [Int], _ to: [Int]
  ) throws -> String {
    func matrix(_ axis: Int) throws -> Tensor {
      let size = from[axis]
      var pixels = [Float](repeating: 0, count: size * size)
      for index in 0..<size { pixels[index * size + index] = 1 }
      // Line i of the batch has its pixel i lit.
      let images = try Tensor(pixels, axis == 0 ? [size, size, 1, 1] : [size, 1, size, 1])
      let shape = axis == 0 ? [size, to[0], 1, 1] : [size, 1, to[1], 1]
      return try operation.primitive([images], shape: shape).reshaped([size, to[axis]])
    }
    let rows = array(try matrix(0).transposed([1, 0]), "\(path).rows")
    let columns = array(try matrix(1), "\(path).columns")
    return node("MatMul", [rows, node("MatMul", [x, columns])])
  }

  private mutating func resize(
    _ x: String, _ mode: ResizeMode, alignCorners: Bool, _ to: [Int]
  ) -> String {
    let place = alignCorners ? "align_corners" : "half_pixel"
    let attributes: [OnnxAttributeProto] =
      switch mode {
      case .nearest:
        [
          .text("mode", "nearest"), .text("coordinate_transformation_mode", "asymmetric"),
          .text("nearest_mode", "floor"),
        ]
      case .bilinear: [.text("mode", "linear"), .text("coordinate_transformation_mode", place)]
      case .bicubic:
        [
          .text("mode", "cubic"), .text("coordinate_transformation_mode", place),
          .float("cubic_coeff_a", -0.75),
        ]
      }
    let sizes = node("Shape", [x])
    let front = node("Slice", [sizes, integers([0]), integers([2]), integers([0])])
    let target = node("Concat", [front, integers(to)], [.int("axis", 0)])
    return node("Resize", [x, "", "", target], attributes)
  }
}
