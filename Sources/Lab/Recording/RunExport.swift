import Catalog
import Checkpoints
import Foundation
import Models
import Records
import Training

/// What `export` writes.
enum Exportable: ArgumentType {
  case model(Model)
  case runs([RunReference])

  static let expected = "a model, a run, the number of one on record, or a list of runs"
  static var valueKind: String? { "model" }

  static func read(_ value: Value) throws -> Exportable {
    switch value {
    case .object(let model as Model): return .model(model)
    case .list, .range: return .runs(try [RunReference].read(value))
    default: return .runs([try RunReference.read(value)])
    }
  }
}

extension Session {
  /// Writes runs in the format that the path's end names.
  func export(_ what: Exportable, to path: String) throws {
    guard case .runs(let references) = what, !references.isEmpty else {
      throw Failure(.argument, "export needs a model or runs")
    }
    let runs = try references.map(recorded)
    let lower = path.lowercased()
    if lower.hasSuffix(".csv") {
      try AtomicFile.write(path, bytes: Array(RunExport.csv(runs).utf8))
    } else if lower.hasSuffix(".json") {
      try AtomicFile.write(path, bytes: try RunExport.json(runs))
    } else if path.hasSuffix("/") {
      for run in runs { try RunExport.events(run, in: path) }
    } else {
      throw Failure(
        .argument, "runs are exported to .csv, .json or a folder, not to '\(path)'",
        advice: "export run, \"logs/\" writes what TensorBoard reads")
    }
  }
}

/// The forms in which runs leave the records.
enum RunExport {
  /// A line for each step of each run, a column for each figure (RFC 4180, 2005); what was not
  /// measured at a step is empty.
  static func csv(_ runs: [RecordedRun]) -> String {
    let logs = runs.map(\.figures)
    var names: [String] = []
    for name in logs.flatMap({ $0.series.map(\.name) }) where !names.contains(name) {
      names.append(name)
    }
    var lines = [(["run", "name", "step"] + names).map(field).joined(separator: ",")]
    for (run, log) in zip(runs, logs) {
      let tables = names.map { name in
        log[name].map { Dictionary(zip($0.steps, $0.values)) { $1 } } ?? [:]
      }
      for step in Set(tables.flatMap(\.keys)).sorted() {
        let values = tables.map { $0[step].map { "\($0)" } ?? "" }
        let start = [String(run.stored.number), field(run.stored.run.name), String(step)]
        lines.append((start + values).joined(separator: ","))
      }
    }
    return lines.joined(separator: "\r\n") + "\r\n"
  }

  /// A field that holds a comma, a quote or a line's end stands in quotes.
  private static func field(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  private struct Document: Encodable {
    struct Figure: Encodable {
      var steps: [Int]
      /// JSON has no word for a number that is none: null.
      var values: [Double?]
    }
    var number: Int
    var name: String
    var kind: String
    var created: String
    var steps: Int
    var planned: Int
    var settings: [String: String]
    var figures: [String: Figure]
    var tags: [String]
    var note: String
    var archived: Bool
    var parent: Int?
    var program: String
    var libraries: String
    var processor: String
    var script: String
  }

  /// Everything that is on record of the runs, as a list.
  static func json(_ runs: [RecordedRun]) throws -> [UInt8] {
    let documents = runs.map { run -> Document in
      let (stored, facts) = (run.stored, run.stored.run)
      let time = Date(timeIntervalSince1970: stored.created)
      return Document(
        number: stored.number, name: facts.name, kind: facts.kind,
        created: time.formatted(.iso8601), steps: stored.steps, planned: stored.planned,
        settings: Dictionary(facts.settings.map { ($0.name, $0.text) }) { $1 },
        figures: Dictionary(
          run.figures.series.map { series in
            let values = series.values.map { $0.isFinite ? $0 : nil }
            return (series.name, Document.Figure(steps: series.steps, values: values))
          }
        ) { $1 },
        tags: stored.tags, note: stored.note, archived: stored.isArchived,
        parent: facts.parent.flatMap { run.store.run($0)?.number }, program: facts.version,
        libraries: facts.libraries, processor: facts.processor, script: facts.script)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(documents)) + [10]
  }

  /// A folder of the run's own with one file of TensorBoard's. Times between the first and the last
  /// step are shared out evenly.
  static func events(_ run: RecordedRun, in folder: String) throws {
    let stored = run.stored
    var file = EventFile(time: stored.created)
    let pace = (stored.updated - stored.created) / Double(max(1, stored.steps))
    for series in run.figures.series {
      for (step, value) in zip(series.steps, series.values) {
        file.add(series.name, value, step: step, time: stored.created + pace * Double(step))
      }
    }
    let name = stored.run.name.map { $0.isLetter || $0.isNumber ? $0 : "_" }
    let own = folder + "\(stored.number)-\(String(name))"
    do {
      try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
    } catch {
      throw Failure(.file, "cannot make '\(own)'", advice: "is '\(folder)' a folder to write in?")
    }
    let time = String(Int(stored.created))
    let path = own + "/events.out.tfevents.\(time).athanor.\(stored.number)"
    try AtomicFile.write(path, bytes: file.bytes)
  }
}
