import Synchronization
import Tensors

/// A batch whose samples are written by whoever has time: workers ahead of the step, and the step
/// itself where it must wait.
///
/// `@unchecked Sendable`: every sample is taken from a counter by exactly one thread, which alone
/// writes its row, its mask and its place in `problems`; the tensor is read only after all have been counted
/// as done (acquire), and freed only with the object.
final class PreparedBatch: @unchecked Sendable {
  private let split: Split
  private let indices: [Int]
  private let augmentation: Augmentation
  private let seed: Int
  private let epoch: Int
  private let tensor: Tensor
  private let target: UnsafeMutablePointer<Float>
  /// N·H·W classes where samples have masks, else nothing.
  private let masks: UnsafeMutableBufferPointer<Int32>
  private let problems: UnsafeMutablePointer<(any Error)?>
  private let taken = Atomic<Int>(0)
  private let finished = Atomic<Int>(0)

  init(_ split: Split, _ indices: [Int], _ augmentation: Augmentation, seed: Int, epoch: Int) {
    self.split = split
    self.indices = indices
    self.augmentation = augmentation
    self.seed = seed
    self.epoch = epoch
    var tensor = Tensor(uninitialized: [indices.count, split.height, split.width, split.channels])
    target = tensor.mutate { $0 }
    self.tensor = tensor
    let area = split.scenes == nil ? 0 : split.height * split.width
    masks = .allocate(capacity: indices.count * area)
    masks.initialize(repeating: 0)
    problems = .allocate(capacity: max(1, indices.count))
    problems.initialize(repeating: nil, count: indices.count)
  }

  deinit {
    masks.deallocate()
    problems.deinitialize(count: indices.count)
    problems.deallocate()
  }

  /// Whether samples are left that nobody has begun.
  var hasWork: Bool { taken.load(ordering: .relaxed) < indices.count }

  /// Makes the next sample; false where none is left.
  func makeNext() -> Bool {
    let row = taken.wrappingAdd(1, ordering: .relaxed).oldValue
    guard row < indices.count else { return false }
    let size = split.height * split.width * split.channels
    do {
      try split.write(
        indices[row], augmentation, seed: seed, epoch: epoch, into: target + row * size,
        masks.baseAddress.map { $0 + row * split.height * split.width })
    } catch { problems[row] = error }
    finished.wrappingAdd(1, ordering: .releasing)
    return true
  }

  /// The whole batch: helps with what is left, waits for what others have begun.
  ///
  /// - Throws: The error of the first sample, in their order, that has one.
  func take() throws -> Batch {
    try augmentation.check(for: split)
    parallelFor(ThreadPool.shared.threadCount, chunk: 1) { _, _ in
      while self.makeNext() {}
    }
    while finished.load(ordering: .acquiring) < indices.count { BatchWorkers.pause() }
    for row in indices.indices {
      if let problem = problems[row] { throw problem }
    }
    return try split.finished(
      tensor, Array(masks), indices, augmentation, seed: seed, epoch: epoch)
  }
}
