import Catalog
import Records
import Training

/// Which run a command is about: one that lives, or one on record by its number.
enum RunReference: ArgumentType {
  case live(Run)
  case recorded(RecordedRun)
  case number(Int)

  static let expected = "a run or the number of one on record"
  static var valueKind: String? { "run" }

  static func read(_ value: Value) throws -> RunReference {
    switch value {
    case .object(let run as Run): return .live(run)
    case .object(let run as RecordedRun): return .recorded(run)
    case .number: return .number(try Int.read(value))
    default: throw Mismatch()
    }
  }
}

extension Session {
  /// The run of a number on record.
  func recorded(_ number: Int) throws -> RecordedRun {
    syncRecords()
    guard let stored = records.run(number: number) else {
      let newest = records.runs(limit: 1, includingArchived: true).first?.number
      throw Failure(
        .value, "there is no run \(number) on record",
        advice: newest.map { "runs lists them; the newest is \($0)" } ?? "there are none yet")
    }
    return RecordedRun(stored: stored, store: records)
  }

  /// What is on record of a run; one that has made no steps is recorded now.
  func recorded(_ reference: RunReference) throws -> RecordedRun {
    switch reference {
    case .number(let number): return try recorded(number)
    case .recorded(let run):
      guard let stored = records.run(run.stored.key) else {
        throw Failure(.state, "run \(run.stored.number) has been deleted")
      }
      return RecordedRun(stored: stored, store: records)
    case .live(let run):
      let key = recorder.sync(run, name: name(of: run), isForced: true)
      guard let stored = key.flatMap({ records.run($0) }) else {
        throw Failure(.state, "the run could not be recorded")
      }
      run.number = stored.number
      return RecordedRun(stored: stored, store: records)
    }
  }

  /// The same of the current run where none is named.
  func recorded(_ subject: Subject<RunReference>) throws -> RecordedRun {
    try recorded(try subject.value ?? .live(run(Subject())))
  }

  /// A reference as a source of figures: a run that lives stays as it is.
  func source(_ reference: RunReference) throws -> any FigureSource {
    switch reference {
    case .live(let run): run
    case .recorded(let run): run
    case .number(let number): try recorded(number)
    }
  }

  /// Writes what is new of all runs, and says what went wrong with the records.
  ///
  /// - Parameter wereTouched: Whether anything but steps and names can have changed.
  func syncRecords(wereTouched: Bool = true) {
    recorder.sync(wereTouched: wereTouched) { name(of: $0) }
  }

  /// Writes what is new of a run whose steps have come far enough.
  func recordSteps(of run: Run, isLast: Bool) {
    guard isLast || recorder.isDue(run) else { return }
    recorder.sync(run, name: name(of: run))
  }
}
