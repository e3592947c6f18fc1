import Catalog
import Foundation
import Plots
import Records
import Training

/// A run on record: the language's value of kind "recorded run".
struct RecordedRun: FigureSource, ArgumentType, Answer {
  static let kind = "recorded run"

  let stored: StoredRun
  let store: RecordStore

  var line: String {
    let from = stored.run.teacher.isEmpty ? "" : " ← \(stored.run.teacher)"
    return "run \(stored.number): \(stored.run.student)\(from) on \(stored.run.data), "
      + "\(stored.run.goal), \(stored.steps) steps"
  }

  /// All series as they are now, read from the store.
  var figures: Log {
    Log(
      store.seriesNames(of: stored.key).map { name in
        let points = store.series(name, of: stored.key).current
        return Series(name: name, steps: points.map(\.step), values: points.map(\.value))
      }.filter { !$0.values.isEmpty })
  }

  var termNames: [String] {
    let known: Set = ["loss", "accuracy", "agreement", "lr", "grad_norm"]
    return store.seriesNames(of: stored.key).filter {
      !known.contains($0) && !$0.hasPrefix("test_")
    }
  }

  var batch: Int { max(1, setting("batch").flatMap { Int($0) } ?? 1) }

  var stepsPerEpoch: Int {
    let epochs = max(1, setting("epochs").flatMap { Int($0) } ?? 1)
    return max(1, stored.planned / epochs)
  }

  var settingTexts: [NewRun.Setting] { stored.run.settings }

  var steps: Int { stored.steps }
  var studentName: String { stored.run.student }
  var goalText: String { stored.run.goal }

  private func setting(_ name: String) -> String? {
    stored.run.settings.first { $0.name == name }?.text
  }

  func figure(_ name: String) -> FigureSummary? { stored.figures.first { $0.name == name } }

  var memberNames: [String] {
    [
      "number", "name", "kind", "student", "teacher", "data", "goal", "seed", "steps", "planned",
      "created", "tags", "note", "script", "version", "libraries", "processor", "archived",
      "checkpoint",
    ] + stored.figures.map(\.name)
  }

  func member(_ name: String) throws -> Value? {
    let run = stored.run
    switch name {
    case "number": return .number(Double(stored.number))
    case "name": return .string(run.name)
    case "kind": return .string(run.kind)
    case "student": return .string(run.student)
    case "teacher": return run.teacher.isEmpty ? Value.none : .string(run.teacher)
    case "data": return .string(run.data)
    case "goal": return .string(run.goal)
    case "seed": return .number(Double(run.seed))
    case "steps": return .number(Double(stored.steps))
    case "planned": return .number(Double(stored.planned))
    case "created": return .string(timeText(stored.created))
    case "tags": return .list(stored.tags.map { .string($0) })
    case "note": return .string(stored.note)
    case "script": return .string(run.script)
    case "version": return .string(run.version)
    case "libraries": return .string(run.libraries)
    case "processor": return .string(run.processor)
    case "archived": return .bool(stored.isArchived)
    case "checkpoint": return stored.checkpoint.map { .number(Double($0)) } ?? Value.none
    default:
      guard stored.figures.contains(where: { $0.name == name }) else { return nil }
      return figures[name].map { .object($0) }
    }
  }

  func isEqual(to other: any Object) -> Bool {
    (other as? RecordedRun)?.stored.key == stored.key
  }

  func display(_ style: Style) -> Display {
    let run = stored.run
    var rows: [(String, String)] = [
      ("name", run.name), ("kind", run.kind),
      ("steps", "\(stored.steps) of \(stored.planned)"),
    ]
    if let parent = run.parent.flatMap({ store.run($0) }) {
      rows.append(("goes on from", "run \(parent.number)"))
    }
    rows += run.settings.map { ($0.name, $0.text) }
    for figure in stored.figures {
      rows.append(
        (figure.name, "\(figureText(figure.last)) last, \(figureText(figure.best)) best"))
    }
    rows.append(("made", timeText(stored.created)))
    rows.append(("last written", timeText(stored.updated)))
    if let step = stored.checkpoint { rows.append(("checkpoint", "at step \(step)")) }
    if !stored.tags.isEmpty { rows.append(("tags", stored.tags.joined(separator: ", "))) }
    if !stored.note.isEmpty { rows.append(("note", stored.note)) }
    if stored.isArchived { rows.append(("archived", "yes")) }
    rows += [
      ("program", "Athanor \(run.version)"), ("libraries", run.libraries),
      ("processor", run.processor),
    ]
    let table = Table(
      "run \(stored.number)", columns: [.init("what", isKept: true), .init("is")],
      rows: rows.map { [.text($0.0), .text($0.1)] })
    let drawn = table.display(style)
    // A picture in a notebook would hide the script, so it shows the text.
    return Display(drawn.plain + "\n\nscript\n" + indented(run.script))
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
      .joined(separator: "\n")
  }
}

/// A figure in four digits.
private func figureText(_ number: Double) -> String { NumberFormat.automatic.text(number) }

/// A moment as people write it, in the local time: `2026-05-01 14:03`.
func timeText(_ seconds: Double) -> String {
  let parts = Calendar(identifier: .gregorian).dateComponents(
    [.year, .month, .day, .hour, .minute], from: Date(timeIntervalSince1970: seconds))
  func two(_ number: Int?) -> String {
    let text = String(number ?? 0)
    return text.count < 2 ? "0" + text : text
  }
  return "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day)) "
    + "\(two(parts.hour)):\(two(parts.minute))"
}
