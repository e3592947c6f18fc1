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
    case .dense: return stored.permuted([1, 0])
    case .convolution: return stored.permuted([2, 3, 1, 0])
    }
  }

  /// A tensor's numbers in a checkpoint's order.
  public func checkpointValues(_ tensor: Tensor) -> [Float] {
    switch self {
    case .plain: tensor.values
    case .dense: tensor.permuted([1, 0]).values
    case .convolution: tensor.permuted([3, 2, 0, 1]).values
    }
  }
}

/// The distribution that a parameter starts from.
public enum Start: Sendable, Equatable {
  case constant(Float)
  /// What it was made with: weights that came from a file.
  case kept
  /// Uniform in [-bound, bound).
  case uniform(bound: Float)
  case normal(deviation: Float)
  /// Normal, cut at two deviations by drawing again.
  case truncatedNormal(deviation: Float)

  /// PyTorch's default of dense and convolution layers: uniform in ±1/√fanIn, for weight and bias.
  public static func fanIn(_ fanIn: Int) -> Start {
    .uniform(bound: 1 / Float(max(1, fanIn)).squareRoot())
  }

  /// Normal with deviation √(2 / fan), for layers followed by a ReLU (He et al. 2015).
  public static func kaiming(fan: Int) -> Start {
    .normal(deviation: (2 / Float(max(1, fan))).squareRoot())
  }
}

extension Start {
  fileprivate func draw(_ shape: [Int], seed: UInt64, stream: UInt64) -> Tensor {
    switch self {
    case .constant(let constant): Tensor(repeating: constant, shape)
    case .kept: Tensor(zeros: shape)
    case .uniform(let bound):
      Random.uniform(shape, in: -bound..<bound, seed: seed, stream: stream)
    case .normal(let deviation):
      Random.normal(shape, deviation: deviation, seed: seed, stream: stream)
    case .truncatedNormal(let deviation):
      Random.truncatedNormal(shape, deviation: deviation, seed: seed, stream: stream)
    }
  }
}

/// A trainable tensor, shared by the model that computes with it, the optimizer that changes it
/// and the checkpoint that stores it.
public final class Parameter {
  /// The present value, not on the tape; the starting one is drawn when it is first asked for.
  public var value: Tensor {
    get {
      settle()
      return settled
    }
    _modify {
      settle()
      version &+= 1
      yield &settled
    }
    set {
      waiting = nil
      version &+= 1
      settled = newValue
    }
  }
  /// Grows with every change of the value, so that a change by somebody else can be noticed.
  public private(set) var version = 0
  public let shape: [Int]
  public let layout: Layout
  /// Whether an optimizer changes it.
  public var isTrainable = true
  /// Whether weight decay applies by default: not to biases and norms.
  public let decays: Bool
  /// What `initialize` draws from.
  public let start: Start
  private let leaf: Node

  /// The value, or nothing while it waits to be drawn.
  private var settled = Tensor(uninitialized: [0])
  private var waiting: (() -> Tensor)?

  /// A parameter of zeros until `initialize` or a checkpoint fills it.
  public init(
    _ shape: [Int], layout: Layout = .plain, start: Start = .constant(0), decays: Bool? = nil
  ) {
    self.shape = shape
    self.layout = layout
    self.start = start
    self.decays = decays ?? (shape.count > 1)
    leaf = Node(leaf: shape)
    waiting = { Tensor(zeros: shape) }
  }

  /// Sets the starting value: a function of the seed and the parameter's key alone, so a layer
  /// starts the same whatever else the network has, and whenever it is drawn.
  public func initialize(seed: UInt64, key: String) {
    guard start != .kept else { return }
    let (shape, start) = (shape, start)
    version &+= 1
    waiting = { start.draw(shape, seed: seed, stream: Random.stream("parameter", key)) }
  }

  private func settle() {
    guard let waiting else { return }
    self.waiting = nil
    settled = waiting()
  }

  /// The value, or how it will be drawn: what is needed to come back to it, at no cost.
  public struct Held {
    fileprivate let settled: Tensor
    fileprivate let waiting: (() -> Tensor)?
  }

  public var held: Held {
    get { Held(settled: settled, waiting: waiting) }
    set {
      version &+= 1
      (settled, waiting) = (newValue.settled, newValue.waiting)
    }
  }

  /// The value as a variable of the tape; the same variable every time.
  public var tracked: Tensor { value.attached(to: leaf) }
}

/// State that training changes but gradients do not: running means, counters.
public final class Buffer {
  public var value: Tensor { didSet { version &+= 1 } }
  /// Grows with every change of the value, so that a change by somebody else can be noticed.
  public private(set) var version = 0
  /// Stored in checkpoints as one 64-bit whole number: `num_batches_tracked`.
  public let isCounter: Bool

  public init(_ value: Tensor, isCounter: Bool = false) {
    self.value = value
    self.isCounter = isCounter
  }
}
