import ArgumentParser
import Benchmarks
import Catalog
import Conversation
import Foundation
import Jupyter
import Lab
import Tensors
import Terminal

/// `athanor doctor`: whether everything that Athanor stands on is there and right, and what to do
/// where it is not.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check libraries, arithmetic, folders, data sets and the Jupyter kernel.",
    discussion: """
      Each line is a finding: 'ok', 'note' (something is missing that not everybody needs) or \
      'problem', with what to do. Ends with 1 where there is a problem. The kernels that Jupyter \
      would start are started, execute one input and are shut down.
      """)

  mutating func run() throws {
    var hasProblem = false
    for examine in Doctor.examinations {
      for finding in examine() {
        print(finding.text)
        if finding.state == .problem { hasProblem = true }
      }
    }
    throw Ending(hasProblem ? 1 : 0)
  }

  /// What one look at something found.
  struct Finding {
    enum State: String {
      case ok, note, problem
    }

    var state: State
    var what: String
    var advice: String?

    init(_ state: State, _ what: String, advice: String? = nil) {
      self.state = state
      self.what = what
      self.advice = advice
    }

    var text: String {
      let name = state.rawValue
      let mark = name + String(repeating: " ", count: 9 - name.count)
      return mark + what + (advice.map { "\n         → \($0)" } ?? "")
    }
  }

  static var examinations: [() -> [Finding]] {
    [
      machine, arithmetic, libraries, stateFolder, dataSets, kernels, terminal,
    ]
  }

  private static func machine() -> [Finding] {
    [Finding(.ok, Machine.name)]
  }

  private static func arithmetic() -> [Finding] {
    let name = "OpenBLAS \(BLAS.version), kernels for \(BLAS.core)"
    guard BLAS.isSound else {
      return [
        Finding(
          .problem, name + ": wrong products; Athanor uses its own kernels",
          advice: "a newer libopenblas, or OPENBLAS_CORETYPE=Haswell")
      ]
    }
    let isFast = BLAS.isFast
    return [
      Finding(
        isFast ? .ok : .note,
        name + ": products agree with plain sums"
          + (isFast ? "" : ", but its vectors are half as wide as this processor's"),
        advice: isFast ? nil : "nothing need be done: Athanor's own kernels take their place")
    ]
  }

  private static func libraries() -> [Finding] {
    [
      Finding(
        .ok,
        "libzmq \(Kernel.zeroMQVersion), readline \(REPL.readlineVersion), "
          + "SQLite \(Lab.sqliteVersion)")
    ]
  }

  private static func stateFolder() -> [Finding] {
    guard let folder = Environment.process.stateFolder else {
      return [
        Finding(
          .note, "no folder for history and records: neither HOME nor ATHANOR_HOME is set",
          advice: "export ATHANOR_HOME=…; until then nothing is remembered")
      ]
    }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      let probe = folder + "/.doctor-\(ProcessInfo.processInfo.processIdentifier)"
      try Data("whole".utf8).write(to: URL(filePath: probe), options: .atomic)
      try FileManager.default.removeItem(atPath: probe)
      return [Finding(.ok, "history and records are kept in \(folder)")]
    } catch {
      return [
        Finding(
          .problem, "\(folder) cannot be written: \(error.localizedDescription)",
          advice: "make it writable, or set ATHANOR_HOME to a folder that is")
      ]
    }
  }

  /// Asks a session for each, so that what a person would see is what counts.
  private static func dataSets() -> [Finding] {
    ["digits()", "fashion_mnist()"].map { call in
      let listener = Silence()
      let session = Lab.makePrivateSession(listener, Interruption())
      switch session.evaluate(call) {
      case .success(let display):
        return Finding(.ok, display.plain.split(separator: "\n").first.map(String.init) ?? call)
      case .failure(let report):
        let lines = report.lines.dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
        return Finding(.note, "\(call): \(report.message)", advice: lines.last { !$0.isEmpty })
      }
    }
  }

  private static func kernels() -> [Finding] {
    let specs = KernelSpec.list()
    guard !specs.isEmpty else {
      return [
        Finding(
          .note, "Jupyter does not know of Athanor", advice: "athanor kernel install --user")
      ]
    }
    return specs.flatMap { spec -> [Finding] in
      let name = "kernel '\(spec.name)' in \(spec.folder)"
      let warning = spec.warning.map { [Finding(.note, name + ": " + $0)] } ?? []
      do {
        let answer = try KernelTrial.run(spec)
        guard answer.shown.contains("2") else {
          return warning + [
            Finding(
              .problem, name + ": 1 + 1 is '\(answer.shown)'",
              advice: "athanor kernel install --name \(spec.name) --replace")
          ]
        }
        return warning + [
          Finding(
            .ok,
            name + ": \(answer.implementation) answered \(answer.startMilliseconds) ms "
              + "after its start")
        ]
      } catch {
        let failure = (error as? any Explained)?.failure
        return warning + [
          Finding(
            .problem, name + ": \(failure?.message ?? "\(error)")",
            advice: failure?.advice ?? "athanor kernel install --name \(spec.name) --replace")
        ]
      }
    }
  }

  private static func terminal() -> [Finding] {
    guard isatty(1) == 1 else {
      return [Finding(.note, "standard output is no terminal: plain text without colours")]
    }
    let environment = Environment.process
    let charset = REPL.usesUnicode ? "UTF-8" : "no UTF-8: plots are drawn with ASCII"
    return [
      Finding(
        .ok, "terminal \(environment["TERM"] ?? "without a name"), \(charset)",
        advice: REPL.usesUnicode ? nil : "export LANG=C.UTF-8 shows them in braille")
    ]
  }
}

/// Nobody looks on.
private final class Silence: Listener {
  func receive(_ event: Event) {}
  func ask(_ prompt: String, secret: Bool) throws -> String { throw InputUnavailable() }
}
