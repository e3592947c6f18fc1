/// Hands out the batches of a run one after the other, and has the next ones made meanwhile.
///
/// What a batch holds is a function of (seed, epoch, number) and of the augmentation, so one made
/// ahead is the very batch that would be made now; whatever does not fit what is asked for is thrown
/// away, and no run can tell.
public final class BatchReader {
  private struct Key: Equatable {
    var split: ObjectIdentifier
    var seed: Int
    var epoch: Int
    var batchSize: Int
    var shuffle: Bool
    var offset: Int
    var augmentation: String
    var index: Int
  }

  private var ahead: [(key: Key, batch: PreparedBatch)] = []
  private var following: Batches?
  /// Batches that are made ahead.
  private let depth: Int

  public init(depth: Int = 2) { self.depth = depth }

  deinit { forget() }

  /// Batch `index` of an epoch.
  public func batch(
    _ batches: Batches, _ index: Int, augmentation: Augmentation
  ) throws -> Batch {
    guard batches.split.images.isCostly || !augmentation.steps.isEmpty else {
      forget()
      return try batches.batch(index, augmentation: augmentation)
    }
    let wanted = key(batches, index, augmentation)
    if let place = ahead.firstIndex(where: { $0.key == wanted }) {
      let found = ahead[place].batch
      for entry in ahead[..<place] { BatchWorkers.shared.drop(entry.batch) }
      ahead.removeFirst(place + 1)
      order(after: index, of: batches, augmentation)
      return try found.take()
    }
    forget()
    let now = prepared(batches, index, augmentation)
    order(after: index, of: batches, augmentation)
    return try now.take()
  }

  /// Has the batches after `index` made, as far as they are not under way.
  private func order(after index: Int, of batches: Batches, _ augmentation: Augmentation) {
    var (source, next) = (batches, index)
    for step in 0..<depth {
      next += 1
      if next >= source.count {
        let known = following.flatMap {
          $0.epoch == source.epoch + 1 && same($0, source) ? $0 : nil
        }
        source = known ?? source.following
        following = source
        next = 0
      }
      let wanted = key(source, next, augmentation)
      if step < ahead.count, ahead[step].key == wanted { continue }
      for entry in ahead[min(step, ahead.count)...] { BatchWorkers.shared.drop(entry.batch) }
      ahead.removeSubrange(min(step, ahead.count)...)
      let batch = prepared(source, next, augmentation)
      ahead.append((wanted, batch))
      BatchWorkers.shared.make(batch)
    }
  }

  private func same(_ a: Batches, _ b: Batches) -> Bool {
    a.split === b.split && a.seed == b.seed && a.batchSize == b.batchSize && a.shuffle == b.shuffle
  }

  private func key(_ batches: Batches, _ index: Int, _ augmentation: Augmentation) -> Key {
    Key(
      split: ObjectIdentifier(batches.split), seed: batches.seed, epoch: batches.epoch,
      batchSize: batches.batchSize, shuffle: batches.shuffle, offset: batches.offset,
      augmentation: augmentation.script,
      index: index)
  }

  private func prepared(
    _ batches: Batches, _ index: Int, _ augmentation: Augmentation
  ) -> PreparedBatch {
    PreparedBatch(
      batches.split, batches.indices(index), augmentation, seed: batches.seed,
      epoch: batches.epoch)
  }

  private func forget() {
    for entry in ahead { BatchWorkers.shared.drop(entry.batch) }
    ahead = []
  }
}
