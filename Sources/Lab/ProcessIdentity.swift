import Foundation

/// Tells this process's displays from those of an earlier one in the same notebook.
enum ProcessIdentity {
  static let stamp: String = {
    let time = UInt64(Date().timeIntervalSince1970 * 1000)
    return String(time, radix: 36) + String(ProcessInfo.processInfo.processIdentifier, radix: 36)
  }()
}
