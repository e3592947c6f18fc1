import Conversation
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the kernel's process uses: the content of `usage_reply`, which the resource display of
/// JupyterLab asks for.
final class UsageMeter: Sendable {
  private struct Reading {
    var processor: Double
    var clock: Int
  }

  private let last = Mutex<Reading?>(nil)

  /// `kernel_cpu` in percent of one core since the last reading, `kernel_memory` in bytes.
  var content: JSON {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return [
      "hostname": .string(host),
      "pid": .integer(Int(getpid())),
      "kernel_cpu": .number(processorShare()),
      "kernel_memory": .integer(residentBytes()),
      "cpu_count": .integer(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))),
    ]
  }

  private func processorShare() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    let now = Reading(
      processor: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9, clock: monotonicMilliseconds())
    return last.withLock { last in
      defer { last = now }
      guard let last, now.clock > last.clock else { return 0 }
      return 100_000 * (now.processor - last.processor) / Double(now.clock - last.clock)
    }
  }

  private func residentBytes() -> Int {
    guard let bytes = try? SmallFile.read("/proc/self/statm") else { return 0 }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
    return pages * Int(getpagesize())
  }
}
