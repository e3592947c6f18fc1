import Checkpoints
import Tensors
import TestSupport
import Testing
import Training

/// The number of threads belongs to the whole process, so these run one by one.
@Suite(.serialized) struct ThreadTests {
  @Test func anyNumberOfThreadsGivesTheSameBits() throws {
    let pool = ThreadPool.shared
    let before = pool.threadCount
    defer { pool.threadCount = before }
    var runs: [Run] = []
    for threads in [1, 2, 3] {
      pool.threadCount = threads
      let run = try Bench.run()
      try run.advance(to: 6, evaluates: true, check: {}, report: { _ in })
      runs.append(run)
    }
    #expect(runs[1].isIdentical(to: runs[0]))
    #expect(runs[2].isIdentical(to: runs[0]))
    #expect(runs[0].log["test_loss"]?.values.count == 2)
  }

  @Test func anyNumberOfThreadsSavesTheSameBytes() throws {
    let pool = ThreadPool.shared
    let before = pool.threadCount
    defer { pool.threadCount = before }
    let files = try [1, 2].map { threads in
      pool.threadCount = threads
      let run = try Bench.run()
      try run.take(4)
      return try run.checkpoint()
    }
    #expect(files[0].metadata == files[1].metadata)
    #expect(files[0].names == files[1].names)
    #expect(files[0].names.allSatisfy { files[0][$0] == files[1][$0] })
  }
}
