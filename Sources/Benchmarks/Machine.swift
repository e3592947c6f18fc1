import CKernels
import Foundation
import Tensors

/// What the processor can do at best with all the threads in use: measured, not looked up.
public struct Machine: Sendable {
  /// 10⁹ floating-point operations a second, multiplying and adding in registers.
  public let peak: Double
  /// 10⁹ bytes a second, c = a + s·b over arrays far larger than any cache.
  public let bandwidth: Double

  /// - Parameter runs: Measurements of each; the median counts.
  public init(runs: Int) {
    peak = Machine.measurePeak(runs)
    bandwidth = Machine.measureBandwidth(runs)
  }

  /// "AMD EPYC, 2 threads, avx512".
  public static var name: String {
    let threads = ThreadPool.shared.threadCount
    return "\(processor), \(threads) thread\(threads == 1 ? "" : "s"), "
      + InstructionSet.current.name
  }

  private static var processor: String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":").last.map(String.init) ?? "unknown processor"
    return name.trimmingCharacters(in: .whitespaces)
  }

  /// The most memory this process has had in use so far, in bytes; 0 where the system does not say.
  ///
  /// Not from `getrusage`, whose figure begins with that of the program which started this one.
  public static var peakResidentBytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }

  /// The peak of this moment, in 10⁹ operations a second: a few milliseconds of pure arithmetic.
  static func probePeak() -> Double {
    let threads = ThreadPool.shared.threadCount
    let rounds = 1_000_000
    var counts = [Double](repeating: 0, count: threads)
    let time = milliseconds {
      counts.withUnsafeMutableBufferPointer { counts in
        // Each chunk writes its own place and nothing else.
        nonisolated(unsafe) let counts = counts
        parallelFor(threads, chunk: 1) { low, high in
          for index in low..<high {
            var sink: Float = 0
            counts[index] = ak_probe_multiply_add(rounds, &sink)
          }
        }
      }
    }
    return counts.reduce(0, +) / time * 1e-6
  }

  private static func measurePeak(_ runs: Int) -> Double {
    // Threads wake up and the clock rises before what is measured.
    let clock = ContinuousClock()
    let start = clock.now
    while clock.now - start < .milliseconds(200) { _ = probePeak() }
    return Times((0..<runs).map { _ in probePeak() }).median
  }

  private static func measureBandwidth(_ runs: Int) -> Double {
    let count = 24 << 20
    let a = Tensor(repeating: 1, [count])
    let b = Tensor(repeating: 2, [count])
    var c = Tensor(zeros: [count])
    let times = Times.of(runs) {
      a.read { a in
        b.read { b in
          c.mutate { c in
            parallelFor(count, chunk: 1 << 18) { ak_probe_triad(a, b, 0.5, c, $0, $1) }
          }
        }
      }
    }
    return 3 * Double(count) * 4 / times.median * 1e-6
  }
}
