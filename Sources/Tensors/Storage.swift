import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A block of floats from the pool, given back when the last tensor lets go of it.
final class Storage {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int
  private let sizeClass: Int
  /// The block that this one is a part of; nil for a block of its own.
  private let whole: Storage?

  init(count: Int) {
    self.count = count
    whole = nil
    let bytes = count * MemoryLayout<Float>.stride + BlockPool.slack
    (pointer, sizeClass) = BlockPool.take(bytes: bytes)
  }

  /// A part of another block, which is kept as long as the part.
  init(partOf whole: Storage, from start: Int, count: Int) {
    precondition(start >= 0 && count >= 0 && start + count <= whole.count)
    self.count = count
    self.whole = whole
    pointer = whole.pointer + start
    sizeClass = 0
  }

  deinit { if whole == nil { BlockPool.give(pointer, sizeClass: sizeClass) } }

  func copy() -> Storage {
    let new = Storage(count: count)
    // On all threads: most of the time goes into the system's clearing of fresh pages.
    parallelFor(count, chunk: 1 << 18) { low, high in
      (new.pointer + low).update(from: pointer + low, count: high - low)
    }
    return new
  }
}

/// What the tensors of this process take.
public struct MemoryUse: Sendable {
  /// Bytes in blocks that tensors hold now.
  public var inUse = 0
  /// The most that `inUse` has been since `MemoryUse.resetPeak()`.
  public var peak = 0
  /// Bytes obtained from the system, in use or waiting in the pool.
  public var reserved = 0
  /// How often the system was asked for a block; constant once training is in its steady state.
  public var systemAllocations = 0

  public static var current: MemoryUse { BlockPool.state.withLock { $0.use } }
  public static func resetPeak() { BlockPool.state.withLock { $0.use.peak = $0.use.inUse } }
}

/// Blocks of memory by size class: 64-byte aligned, with 64 readable bytes after the end, never
/// returned to the system, because fresh pages cost ten times what the arithmetic on them costs.
///
/// Classes grow by quarters of a power of two (at most 25 % is wasted). Blocks of 2 MiB and more
/// are aligned to 2 MiB and offered to the kernel as huge pages.
enum BlockPool {
  /// Kernels may read the last vector past the end.
  static let slack = 64
  private static let huge = 2 << 20

  struct State: ~Copyable {
    var free: [[UInt]] = Array(repeating: [], count: 256)
    var use = MemoryUse()
  }

  static let state = Mutex(State())

  static func take(bytes: Int) -> (UnsafeMutablePointer<Float>, Int) {
    let index = classIndex(bytes)
    let size = classSize(index)
    let address: UInt = state.withLock { state in
      state.use.inUse += size
      state.use.peak = max(state.use.peak, state.use.inUse)
      if let address = state.free[index].popLast() { return address }
      state.use.reserved += size
      state.use.systemAllocations += 1
      return allocate(size)
    }
    guard let pointer = UnsafeMutablePointer<Float>(bitPattern: address) else {
      // Nothing sensible can be done without memory; say so instead of a bare trap.
      preconditionFailure("the system has no \(size) bytes left for a tensor")
    }
    return (pointer, index)
  }

  static func give(_ pointer: UnsafeMutablePointer<Float>, sizeClass index: Int) {
    state.withLock { state in
      state.free[index].append(UInt(bitPattern: pointer))
      state.use.inUse -= classSize(index)
    }
  }

  private static func allocate(_ size: Int) -> UInt {
    var raw: UnsafeMutableRawPointer?
    let alignment = size >= huge ? huge : 64
    guard posix_memalign(&raw, alignment, size) == 0, let raw else { return 0 }
    #if os(Linux)
      if size >= huge { madvise(raw, size, MADV_HUGEPAGE) }
    #endif
    return UInt(bitPattern: raw)
  }

  /// Smallest class of at least `bytes`: class 4e + q holds 2^e · (4 + q) · 64 bytes.
  private static func classIndex(_ bytes: Int) -> Int {
    let units = max(4, (bytes + 63) / 64)
    let exponent = Int.bitWidth - 1 - units.leadingZeroBitCount - 2
    // Rounding up may give quarter 4, which is the first class of the next power of two.
    let quarter = ((units - 1) >> exponent) - 3
    return exponent * 4 + quarter
  }

  private static func classSize(_ index: Int) -> Int {
    64 * ((4 + index % 4) << (index / 4))
  }
}
