import Tensors

/// One kernel at one size: what it computes, and how much arithmetic and memory that is.
struct KernelBenchmark {
  var name: String
  /// Floating-point operations by the definition; a fast algorithm may do fewer.
  var operations: Double
  /// Bytes of operands and results, each counted once.
  var bytes: Double
  var body: () throws -> Void
}

/// How a kernel did.
public struct KernelResult: Sendable {
  public var name: String
  /// Milliseconds of one call.
  public var time: Double
  /// 10⁹ operations a second by the definition.
  public var rate: Double
  /// The rate as a part of the processor's peak, measured around each round; a fast algorithm may
  /// exceed 1.
  public var shareOfPeak: Double
  /// 10⁹ bytes a second of operands and results.
  public var bandwidth: Double
}

extension Machine {
  /// A round of a short kernel repeats it this long, in milliseconds, so that waking threads and the
  /// clock's grain do not count.
  private static let roundLength = 4.0
  /// Rounds of a kernel each time its turn comes.
  private static let roundsPerTurn = 4

  /// What was measured of a kernel so far.
  private struct Record {
    var kernel: (name: String, operations: Double, bytes: Double)?
    var times: [Double] = []
    var peaks: [Double] = []

    var result: KernelResult? {
      guard let kernel else { return nil }
      let time = Times(times).lowerQuartile
      let rate = kernel.operations / time * 1e-6
      return KernelResult(
        name: kernel.name, time: time, rate: rate,
        shareOfPeak: rate / Times(peaks).upperQuartile, bandwidth: kernel.bytes / time * 1e-6)
    }
  }

  /// Runs every kernel of the list.
  ///
  /// Other programs, interrupts and a falling clock only ever make things slower, and in spells of
  /// seconds; where operands lie in memory moves a kernel as well. So the whole list is gone through
  /// once for each run asked for, each kernel with operands made anew; of its rounds the time that a
  /// quarter of them reach is taken, and of the processor's peaks, measured between those rounds, the
  /// one that a quarter of them reach. Both tell of the machine left alone, and their ratio is
  /// repeatable where medians of a shared machine are not.
  ///
  /// - Parameter runs: How often the list is gone through.
  public static func kernels(runs: Int) throws -> [KernelResult] {
    let list = kernelList
    var records = [Record](repeating: Record(), count: list.count)
    for _ in 0..<runs {
      for (index, make) in list.enumerated() { try measure(make(), &records[index]) }
    }
    return records.compactMap(\.result)
  }

  private static func measure(_ kernel: KernelBenchmark, _ record: inout Record) throws {
    record.kernel = (kernel.name, kernel.operations, kernel.bytes)
    let first = try milliseconds(kernel.body)
    let second = try milliseconds(kernel.body)
    let repeats = max(1, Int((roundLength / max(min(first, second), 1e-4)).rounded(.up)))
    for _ in 0..<roundsPerTurn {
      record.peaks.append(probePeak())
      let time = try milliseconds { for _ in 0..<repeats { try kernel.body() } }
      record.times.append(time / Double(repeats))
    }
  }
}
