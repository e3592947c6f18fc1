import Catalog
import Checkpoints
import Foundation
import Records
import Training

enum KeepRun {
  static let declaration: Declaration = .command(
    "checkpoint", "Keeps a run's whole state with the records, under its number.",
    details: """
      Weights, optimizer, averages, figures and the way back are kept as `save` writes them. `load \
      12`, in this session or a later one, makes the run again as it was, to the bit. A run keeps \
      one checkpoint: a later one takes its place. `fit checkpoint=true` keeps one after each epoch.
      """,
    Argument(
      "run", "The run; the current one where none is named.", default: Subject<Run>()),
    examples: ["step 2; checkpoint", "step; checkpoint run; again = load(run)"],
    keywords: ["save", "resume", "keep", "state", "restore"]
  ) { session, subject in
    let kept = try session.keep(try session.run(subject))
    session.write(
      "run \(kept.number) is kept as it is at step \(kept.steps)\n", toError: false)
    return Value.none
  }
}

extension Session {
  /// Keeps the run's whole state with the records.
  @discardableResult
  func keep(_ run: Run) throws -> (number: Int, steps: Int) {
    let stored = try recorded(.live(run)).stored
    let path = records.checkpointPath(stored.number)
    let folder = (path as NSString).deletingLastPathComponent
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure(
        .file, "cannot make '\(folder)'",
        advice: "save run, \"run.athanor\" writes a file elsewhere")
    }
    try run.checkpoint().writeSafetensors(path)
    records.setCheckpoint(run.steps, of: stored.key)
    return (stored.number, run.steps)
  }

  /// The run that was kept under a number, made again; it goes on under a number of its own.
  func restored(_ reference: RunReference) throws -> Run {
    let stored = try recorded(reference).stored
    guard stored.checkpoint != nil else {
      throw Failure(
        .state, "run \(stored.number) has no checkpoint",
        advice: "checkpoint run, or fit checkpoint=true, keeps one; "
          + "open(\(stored.number)).script makes the run again")
    }
    let path = records.checkpointPath(stored.number)
    let run = try Run.restored(from: try Checkpoint.read(path), named: path, resolve: resolve)
    recorder.note(parent: stored.key, of: run)
    adopt(run)
    return run
  }
}
