import Foundation
import Records

/// How long it takes to open records with many runs and to ask them.
public struct RecordsBenchmark {
  /// A question, and the milliseconds it took, opening included, in ascending order.
  public struct Result: Sendable {
    public let question: String
    public let times: [Double]
  }

  private let folder: String
  private let runs: Int

  /// - Parameter runs: How many there are.
  public init(runs: Int = 10_000) throws {
    self.runs = runs
    folder = NSTemporaryDirectory() + "athanor-bench-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let records = RecordStore(folder: folder)
    for index in 0..<runs {
      var run = NewRun(
        name: "run \(index)", kind: "distill", goal: "ce() + 5*kd(T=1)", data: "digits",
        seed: index, script: String(repeating: "step run, 100\n", count: 20))
      run.student = "resnet8"
      run.settings = (0..<13).map { .init("setting \($0)", "value \($0)") }
      let key = records.add(run)
      records.progress(
        key, run, steps: 100, planned: 100,
        figures: ["loss", "kd", "accuracy", "test_accuracy"].map {
          FigureSummary($0, last: 1 / Double(index + 1), best: 1)
        })
      if index.isMultiple(of: 100) { records.setTags(["baseline"], of: key) }
    }
    records.flush()
  }

  /// Removes the records.
  public func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// Opens the records anew for each question.
  public func measure(repetitions: Int) -> [Result] {
    let questions: [(String, (RecordStore) -> Int)] = [
      ("the newest 20", { $0.runs(limit: 20, withFigures: true).count }),
      ("the newest of a tag", { $0.runs(limit: 20, tag: "baseline").count }),
      ("one by its number", { [runs] in $0.run(number: runs / 2) == nil ? 0 : 1 }),
      ("all with figures", { $0.runs(withFigures: true).count }),
    ]
    return questions.map { question, ask in
      let times = (0..<max(1, repetitions)).map { _ -> Double in
        let records = RecordStore(folder: folder)
        let time = ContinuousClock().measure { _ = ask(records) }
        return Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) * 1e-15
      }
      return Result(question: question, times: times.sorted())
    }
  }
}
