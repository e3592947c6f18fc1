import Catalog
import Optimizers
import Training

/// What a statement has changed beyond the variables, so that a failed one changes nothing and one
/// that succeeded can be undone.
struct Journal {
  private struct Statement {
    var restorers: [() -> Void]
    /// What the restorers keep in memory, about.
    var bytes: Int
  }

  /// Bytes that statements which can be undone may hold together; the last one is always kept.
  static let budget = 512 << 20

  private var seen: Set<ObjectIdentifier> = []
  private var present = Statement(restorers: [], bytes: 0)
  private var changesRun = false
  /// Whether the statement is not undone though it failed.
  private var isKept = false
  /// Runs that the statement has to do with.
  private(set) var runs: [Run] = []
  private var past: [Statement] = []

  /// Whether the statement so far has changed, or been about to change, any object.
  var hasNotes: Bool { !seen.isEmpty || hasUndone }
  private var hasUndone = false

  /// Remembers an object as it is, before its first change in this statement.
  mutating func note(_ object: any Object) {
    guard type(of: object) is AnyClass else { return }
    guard seen.insert(ObjectIdentifier(object as AnyObject)).inserted else { return }
    guard let restorer = object.restorer else { return }
    present.restorers.append(restorer)
    if let run = object as? Run {
      changesRun = true
      runs.append(run)
      present.bytes += run.movedBytes
    }
    if object is Optimizer { changesRun = true }
  }

  /// Has what the statement has done stay whatever becomes of it: steps before one that could not be
  /// made.
  mutating func keep() { isKept = true }

  /// Ends the statement; a failed one is undone, the last change first.
  mutating func close(undoing: Bool) {
    if undoing, !isKept {
      for restore in present.restorers.reversed() { restore() }
    } else if changesRun {
      past.append(present)
      while past.count > 1, past.reduce(0, { $0 + $1.bytes }) > Journal.budget {
        past.removeFirst()
      }
    }
    seen = []
    hasUndone = false
    runs = []
    present = Statement(restorers: [], bytes: 0)
    changesRun = false
    isKept = false
  }

  /// Puts everything back to where it was before the last statement that changed a run; false if
  /// there is none, or its state is no longer held.
  mutating func undo() -> Bool {
    guard let last = past.popLast() else { return false }
    hasUndone = true
    for restore in last.restorers.reversed() { restore() }
    return true
  }
}
