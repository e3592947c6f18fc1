import CKernels
import Foundation
import Testing

@testable import Tensors

/// Whether all numbers of two tensors agree within a relative and an absolute distance.
func isClose(_ a: Tensor, _ b: Tensor, relative: Float = 1e-5, absolute: Float = 1e-6) -> Bool {
  a.shape == b.shape
    && zip(a.values, b.values).allSatisfy { x, y in
      x == y || abs(x - y) <= absolute + relative * max(abs(x), abs(y)) || (x.isNaN && y.isNaN)
    }
}

/// The results' bits, for comparing to the bit.
func bits(_ tensors: [Tensor]) -> [[UInt32]] {
  tensors.map { $0.values.map(\.bitPattern) }
}

/// For checks that change something of the whole process (number of threads, instruction set), or
/// would notice if another test did: one at a time.
enum Alone {
  private static let lock = NSRecursiveLock()

  static func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body()
  }
}

/// Checks that a computation gives the same bits with 1, 2, 3 and 8 threads.
///
/// - Parameter body: Makes its results, gradients among them, anew at every call.
func checkThreads(
  _ label: String = "", sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> [Tensor]
) throws {
  try Alone.run {
    let pool = ThreadPool.shared
    let before = pool.threadCount
    defer { pool.threadCount = before }
    pool.threadCount = 1
    let expected = bits(try body())
    for threads in [2, 3, 8] {
      pool.threadCount = threads
      #expect(
        bits(try body()) == expected, "\(label): \(threads) threads give other bits than one",
        sourceLocation: sourceLocation)
    }
  }
}

/// Runs a check with the kernels of every instruction set the processor has.
func forEachInstructionSet(_ body: () throws -> Void) rethrows {
  try Alone.run {
    defer { ak_force_isa(0) }
    for level in Int32(1)...3 {
      ak_force_isa(level)
      try body()
    }
  }
}
