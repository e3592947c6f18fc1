import Optimizers
import Tensors

/// The way back through a run: what it was set to in each stretch of steps, and snapshots of its
/// weights and optimizer from which any step in between is made again.
///
/// A step is a function of the state before it, the settings and its number. So between two
/// snapshots nothing needs to be kept but the settings, and a rewound run has the same bits as one
/// that never went further. A snapshot costs references until the next step copies what it moves;
/// when all of them together would hold more than `budget` bytes, every second one goes and the
/// spacing doubles, so a rewind replays at most `spacing` steps.
struct Timeline {
  /// Steps under one set of settings: from the step after `start` to the next stretch.
  struct Stretch {
    var start: Int
    var settings: RunSettings
    /// The optimizer's rule and scope at the stretch's beginning.
    var rule: any UpdateRule
    var scope: DecayScope
    /// The settings' texts as the record has them.
    var noted: [(name: String, text: String)]
  }

  /// Everything that a step moves, before step `steps + 1`.
  struct Snapshot {
    var steps: Int
    var moved: Moved
    /// Replay cannot come to it from before: the first one, and those of weights that somebody
    /// else had changed. Thinning leaves them.
    var isForeign: Bool
    /// Made after a change between this step and the next: what the step itself had left was
    /// another state.
    var isAfterChange = false
  }

  /// Bytes that snapshots of one run may hold together.
  static let budget = 512 << 20
  /// Steps between snapshots of a young run: copying what one step moves then costs under a
  /// hundredth of the steps in between.
  static let closest = 10

  private(set) var stretches: [Stretch] = []
  private(set) var snapshots: [Snapshot] = []
  private(set) var spacing = Timeline.closest

  /// Whether a step now wants a snapshot first.
  func wantsSnapshot(at steps: Int) -> Bool {
    guard let last = snapshots.last else { return true }
    return steps - last.steps >= spacing
  }

  mutating func begin(_ stretch: Stretch) {
    // Changes between the same two steps: the last setting is the one that counts.
    if stretches.last?.start == stretch.start { stretches.removeLast() }
    stretches.append(stretch)
  }

  mutating func add(_ snapshot: Snapshot) {
    if let last = snapshots.last, last.steps == snapshot.steps { snapshots.removeLast() }
    snapshots.append(snapshot)
    let size = max(1, snapshot.moved.bytes)
    while snapshots.count * size > Timeline.budget, thin() {}
  }

  /// Drops every second snapshot that can be replayed, the newest excepted, or else the oldest;
  /// false if there is but one.
  private mutating func thin() -> Bool {
    guard snapshots.count > 1 else { return false }
    let isFree = snapshots.indices.dropLast().map { !snapshots[$0].isForeign } + [false]
    guard isFree.contains(true) else {
      // Nothing before a foreign one can be followed past it, so only the oldest may go.
      snapshots.removeFirst()
      return true
    }
    var goes = true
    snapshots = zip(snapshots, isFree).compactMap { snapshot, isFree in
      guard isFree else { return snapshot }
      defer { goes.toggle() }
      return goes ? nil : snapshot
    }
    spacing *= 2
    return true
  }

  /// The newest snapshot from which `steps` can be reached, and the stretches on the way: the one
  /// that its next step belongs to first.
  func way(to steps: Int) -> (snapshot: Snapshot, stretches: [Stretch])? {
    let snapshot = snapshots.last { snapshot in
      snapshot.steps < steps
        || (snapshot.steps == steps && (steps == 0 || !snapshot.isAfterChange))
    }
    guard let snapshot else { return nil }
    let first = stretches.lastIndex {
      $0.start < snapshot.steps || ($0.start == snapshot.steps && snapshot.steps < max(steps, 1))
    }
    guard let first else { return nil }
    return (snapshot, [stretches[first]] + stretches[(first + 1)...].filter { $0.start < steps })
  }

  /// The earliest step that can be gone back to.
  var earliest: Int? { snapshots.first?.steps }

  /// Forgets what came after so many steps.
  mutating func cut(after steps: Int) {
    snapshots.removeAll { $0.steps > steps || ($0.steps == steps && steps > 0 && $0.isAfterChange) }
    stretches.removeAll { $0.start >= max(steps, 1) }
  }

  /// The same way for another run: optimizers are objects, so it needs its own.
  func withOwnOptimizers(_ own: Optimizer, for optimizer: Optimizer) -> Timeline {
    var copies = [ObjectIdentifier(optimizer): own]
    var result = self
    for index in result.stretches.indices {
      let original = result.stretches[index].settings.optimizer
      let copy = copies[ObjectIdentifier(original)] ?? original.fresh()
      copies[ObjectIdentifier(original)] = copy
      result.stretches[index].settings.optimizer = copy
    }
    return result
  }
}
