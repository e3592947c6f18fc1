/// A block of numbers that is cut into tensors by whoever plans its use.
///
/// Tensors of overlapping places share numbers: what is written to one is read from the other, so
/// whoever takes them sees to it that they are not needed at the same time.
public struct Arena {
  private let block: Storage

  /// Room for so many numbers, from the pool; given back when the last tensor in it has gone.
  public init(count: Int) { block = Storage(count: count) }

  /// The numbers from a place on, which should be a multiple of 16, as a tensor.
  public func tensor(at start: Int, _ shape: [Int]) -> Tensor {
    Tensor(
      shape: shape, storage: Storage(partOf: block, from: start, count: shape.elementCount))
  }
}
