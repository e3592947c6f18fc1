import Conversation
import Foundation
import Records
import Tensors

/// What a run's figures may depend on besides its settings.
enum Surroundings {
  static let libraries = "OpenBLAS \(BLAS.version) (\(BLAS.core)), SQLite \(sqliteVersion)"

  /// "AMD EPYC 7B13"; the machine's kind where the system does not name its processor.
  static let processor: String = {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
    return (name ?? "unknown processor") + ", " + InstructionSet.current.name
  }()
}
