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
  public var times: Times
  /// 10⁹ operations a second by the definition.
  public var rate: Double
  /// The rate as a part of the processor's peak, measured around each run; a fast algorithm may
  /// exceed 1.
  public var shareOfPeak: Double
  /// 10⁹ bytes a second of operands and results.
  public var bandwidth: Double
}

extension Machine {
  /// Runs every kernel of the list.
  ///
  /// - Parameters:
  ///   - runs: Measurements of each; medians count. The processor's peak is measured before each
  ///     one, so that a spell in which everything is slow does not change the share.
  ///   - report: Called with each result as it comes.
  public static func kernels(runs: Int, report: (KernelResult) throws -> Void) throws {
    for make in kernelList {
      let kernel = try make()
      try kernel.body()
      var times: [Double] = []
      var shares: [Double] = []
      for _ in 0..<runs {
        let peak = probePeak()
        let time = try milliseconds(kernel.body)
        times.append(time)
        shares.append(kernel.operations / time * 1e-6 / peak)
      }
      let median = Times(times)
      try report(
        KernelResult(
          name: kernel.name, times: median, rate: kernel.operations / median.median * 1e-6,
          shareOfPeak: Times(shares).median, bandwidth: kernel.bytes / median.median * 1e-6))
    }
  }
}
