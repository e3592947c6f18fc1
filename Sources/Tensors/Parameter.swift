/// How a tensor's axes stand to those of the same tensor in a PyTorch checkpoint.
public enum Layout: Sendable, Equatable {
  /// The same order: biases, norms, embeddings.
  case plain
  /// Dense weights: [in, out] here, [out, in] there.
  case dense
  /// Convolution weights: H W I O here, O I H W there (I is per group).
  case convolution

  /// The shape in a checkpoint of a tensor of this shape here.
  public func checkpointShape(_ shape: [Int]) -> [Int] {
    switch self {
    case .plain: shape
    case .dense: [shape[1], shape[0]]
    case .convolution: [shape[3], shape[2], shape[0], shape[1]]
    }
  }

  /// The shape here of a tensor of this shape in a checkpoint.
  public func shape(fromCheckpoint shape: [Int]) -> [Int] {
    switch self {
    case .plain: shape
    case .dense: [shape[1], shape[0]]
    case .convolution: [shape[2], shape[3], shape[1], shape[0]]
    }
  }

  /// Numbers in a checkpoint's order as a tensor here.
  public func tensor(fromCheckpoint values: [Float], _ shape: [Int]) throws -> Tensor {
    let stored = try Tensor(values, shape)
    switch self {
    case .plain: return stored
    case .dense: return stored.permutedPlainly([1, 0])
    case .convolution: return stored.permutedPlainly([2, 3, 1, 0])
    }
  }

  /// A tensor's numbers in a checkpoint's order.
  public func checkpointValues(_ tensor: Tensor) -> [Float] {
    switch self {
    case .plain: tensor.values
    case .dense: tensor.permutedPlainly([1, 0]).values
    case .convolution: tensor.permutedPlainly([3, 2, 0, 1]).values
    }
  }
}

/// A trainable tensor, shared by the model that computes with it, the optimizer that changes it
/// and the checkpoint that stores it.
public final class Parameter {
  /// The present value, not on the tape.
  public var value: Tensor
  public let layout: Layout
  /// Whether an optimizer changes it.
  public var isTrainable = true
  /// Whether weight decay applies by default: not to biases and norms.
  public let decays: Bool
  private let leaf: Node

  public init(_ value: Tensor, layout: Layout = .plain, decays: Bool? = nil) {
    self.value = value.detached
    self.layout = layout
    self.decays = decays ?? (value.rank > 1)
    leaf = Node(leaf: value.shape)
  }

  public var shape: [Int] { value.shape }

  /// The value as a variable of the tape; the same variable every time.
  public var tracked: Tensor { value.attached(to: leaf) }
}

/// State that training changes but gradients do not: running means, counters.
public final class Buffer {
  public var value: Tensor
  /// Stored in checkpoints as one 64-bit whole number: `num_batches_tracked`.
  public let isCounter: Bool

  public init(_ value: Tensor, isCounter: Bool = false) {
    self.value = value
    self.isCounter = isCounter
  }
}
