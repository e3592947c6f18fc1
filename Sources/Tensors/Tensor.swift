// Shape letters, used throughout: N batch, H height, W width, C channels, T tokens, D width of a
// token, K classes.

/// A block of Float32 numbers with a shape, contiguous, **channels last**.
///
/// Images are N H W C, token sequences N T D, weights of a dense layer [in, out], of a convolution
/// H W I O (the layouts the kernels want; PyTorch's are converted when a checkpoint is read or
/// written). Values are immutable to everyone but `mutate`, which copies shared storage first, so
/// keeping an old value (a snapshot, a slow weight) costs a reference.
///
/// A tensor that a gradient can flow to carries a `node` of the tape.
public struct Tensor {
  public let shape: [Int]
  private(set) var storage: Storage
  /// The step of the tape that made it; nil for a constant.
  public internal(set) var node: Node?

  init(shape: [Int], storage: Storage, node: Node? = nil) {
    self.shape = shape
    self.storage = storage
    self.node = node
  }

  /// A tensor whose numbers are not set yet: for operations that write every one of them.
  public init(uninitialized shape: [Int]) {
    self.init(shape: shape, storage: Storage(count: shape.elementCount))
  }

  /// All numbers the same.
  public init(repeating value: Float, _ shape: [Int]) {
    self.init(uninitialized: shape)
    storage.pointer.update(repeating: value, count: shape.elementCount)
  }

  public init(zeros shape: [Int]) { self.init(repeating: 0, shape) }

  /// A tensor of no axes: one number.
  public init(_ value: Float) { self.init(repeating: value, []) }

  /// Numbers in row-major order of `shape`; their count must be the shape's.
  public init(_ values: [Float], _ shape: [Int]) throws {
    guard values.count == shape.elementCount else {
      throw ShapeError("\(values.count) numbers do not fill the shape \(shapeText(shape))")
    }
    self.init(uninitialized: shape)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { storage.pointer.update(from: base, count: values.count) }
    }
  }

  /// Number of elements.
  public var count: Int { storage.count }
  /// Number of axes.
  public var rank: Int { shape.count }

  /// The numbers, row-major.
  public var values: [Float] {
    Array(UnsafeBufferPointer(start: storage.pointer, count: count))
  }

  /// The number of a tensor of one element.
  public var scalar: Float { storage.pointer[0] }

  /// Reads the numbers in place. At least 64 bytes after the last one may be read, too.
  public func read<Result>(
    _ body: (UnsafePointer<Float>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) { try body(UnsafePointer(storage.pointer)) }
  }

  /// Changes the numbers in place; storage that someone else also holds is copied first.
  public mutating func mutate<Result>(
    _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
    return try body(storage.pointer)
  }

  /// The same numbers as a constant of the tape.
  public var detached: Tensor { Tensor(shape: shape, storage: storage) }

  /// Whether a gradient can flow to it.
  public var isTracked: Bool { node != nil }

  /// The same numbers as a new variable: a place where gradients end.
  public func variable() -> Tensor {
    Tensor(shape: shape, storage: storage, node: Node(leaf: shape))
  }

  /// The same numbers under another shape of as many elements, not recorded.
  func viewed(as shape: [Int]) -> Tensor { Tensor(shape: shape, storage: storage) }

  func attached(to node: Node?) -> Tensor { Tensor(shape: shape, storage: storage, node: node) }

  /// Whether two tensors are the same block of memory.
  public func sharesStorage(with other: Tensor) -> Bool { storage === other.storage }
}

extension [Int] {
  /// Product of all sizes: the number of elements of a tensor of this shape.
  public var elementCount: Int { reduce(1, *) }
}

/// `[16, 32, 32, 3]`
public func shapeText(_ shape: [Int]) -> String {
  "[" + shape.map(String.init).joined(separator: ", ") + "]"
}

/// Shapes that do not go together; carries the module path once a module has seen it pass.
public struct ShapeError: Error, Equatable {
  public var message: String
  /// `layer2.0.conv1`, empty outside of modules.
  public var path: String

  public init(_ message: String, path: String = "") {
    self.message = message
    self.path = path
  }
}
