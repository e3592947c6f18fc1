import Tensors

/// The batches of one epoch. Which samples batch k holds, and what augmentation makes of them, is a
/// function of (seed, epoch, k): any batch can be made directly and again.
public struct Batches: Sendable {
  public let split: Split
  public let seed: Int
  public let epoch: Int
  public let batchSize: Int
  /// Number of batches.
  public let count: Int
  public let shuffle: Bool
  public let dropLast: Bool
  /// Samples of the epoch's order that come before the first batch.
  public let offset: Int
  private let order: [Int]

  /// - Parameters:
  ///   - batchSize: At least 1; the last batch holds what is left.
  ///   - shuffle: Otherwise the samples come in their own order.
  ///   - dropLast: Leaves out a last batch that is not full, unless it is the only one.
  ///   - offset: Samples of the epoch's order that batches of another size have held.
  public init(
    _ split: Split, seed: Int, epoch: Int, batchSize: Int, shuffle: Bool = true,
    dropLast: Bool = false, from offset: Int = 0
  ) {
    precondition(batchSize > 0 && offset >= 0)
    self.split = split
    self.seed = seed
    self.epoch = epoch
    self.batchSize = batchSize
    self.shuffle = shuffle
    self.dropLast = dropLast
    order =
      shuffle ? Batches.order(of: split.count, seed: seed, epoch: epoch) : Array(0..<split.count)
    self.offset = min(offset, split.count)
    count = Batches.count(
      samples: split.count - self.offset, batchSize: batchSize, dropLast: dropLast)
  }

  /// The batches of the epoch after this one.
  public var following: Batches {
    Batches(
      split, seed: seed, epoch: epoch + 1, batchSize: batchSize, shuffle: shuffle,
      dropLast: dropLast)
  }

  /// The order of an epoch's samples: a permutation of 0 ..< count, a function of (seed, epoch).
  public static func order(of count: Int, seed: Int, epoch: Int) -> [Int] {
    Random.permutation(
      count, seed: UInt64(bitPattern: Int64(seed)), stream: Random.stream("shuffle", epoch))
  }

  /// How many batches an epoch has.
  public static func count(samples: Int, batchSize: Int, dropLast: Bool) -> Int {
    let full = samples / batchSize
    return full > 0 && (dropLast || samples % batchSize == 0)
      ? full : (samples + batchSize - 1) / batchSize
  }

  /// The samples of batch `index` in 0 ..< count.
  public func indices(_ index: Int) -> [Int] {
    let first = offset + index * batchSize
    return Array(order[first..<min(order.count, first + batchSize)])
  }

  /// Batch `index` in 0 ..< count: images N H W C and their labels.
  public func batch(_ index: Int, augmentation: Augmentation = .none) throws -> Batch {
    try split.batch(indices(index), augmentation: augmentation, seed: seed, epoch: epoch)
  }
}
