import Tensors

/// What flows from node to node.
enum OnnxValue {
  case numbers(OnnxTensor)
  /// Whole numbers and truth values: shapes and indices, computed as the graph is read.
  case integers(OnnxIntegers)

  /// The shape as ONNX has it.
  var shape: [Int] {
    switch self {
    case .numbers(let tensor): tensor.shape
    case .integers(let integers): integers.shape
    }
  }
}

/// Whole numbers, row-major.
struct OnnxIntegers: Equatable {
  var values: [Int]
  var shape: [Int]

  init(_ values: [Int], _ shape: [Int]) {
    self.values = values
    self.shape = shape
  }

  /// A list.
  init(_ values: [Int]) { self.init(values, [values.count]) }
}

/// A tensor whose axes may lie in memory in another order than ONNX counts them.
///
/// ONNX has images as N C H W, the kernels want channels last. Turning them at every node would cost
/// more than most nodes, so an image stays channels last from one node to the next, and only nodes
/// that look at the axes one by one turn it.
struct OnnxTensor {
  var tensor: Tensor
  /// The axis of `tensor` that is ONNX's axis i.
  var order: [Int]

  init(_ tensor: Tensor, order: [Int]? = nil) {
    self.tensor = tensor
    self.order = order ?? Array(0..<tensor.rank)
  }

  /// N C H W of images in memory as N H W C.
  static let channelsLast = [0, 3, 1, 2]

  /// Images as the kernels give them.
  init(images: Tensor) { self.init(images, order: OnnxTensor.channelsLast) }

  var shape: [Int] { order.map { tensor.shape[$0] } }
  var rank: Int { order.count }

  /// With ONNX's axes in memory in another order.
  func ordered(_ wanted: [Int]) throws -> Tensor {
    if wanted == order { return tensor }
    var axes = wanted
    for (axis, place) in wanted.enumerated() { axes[place] = order[axis] }
    return try tensor.transposed(axes)
  }

  /// In memory as ONNX counts the axes.
  func plain() throws -> Tensor { try ordered(Array(0..<rank)) }

  /// Images N H W C.
  func images() throws -> Tensor { try ordered(OnnxTensor.channelsLast) }

  /// The same order of axes for another tensor of the same rank.
  func with(_ tensor: Tensor) -> OnnxTensor { OnnxTensor(tensor, order: order) }
}
