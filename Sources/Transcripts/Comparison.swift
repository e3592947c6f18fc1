/// What was printed, laid beside what was expected.
public struct Comparison: Sendable, Equatable {
  /// One step from the expectation to what was printed.
  public enum Edit: Sendable, Equatable {
    /// The lines match; the expectation may be written with a tolerance.
    case same(expected: String, got: String)
    /// A `...` line and the lines it stands for.
    case elided([String])
    /// Expected, not printed.
    case missing(String)
    /// Printed, not expected.
    case extra(String)
  }

  public let edits: [Edit]

  /// Lays lines beside each other with as few differences as can be. A line `...` in the
  /// expectation stands for any number of lines.
  public init(expected: [String], got: [String], tolerance: Tolerance = Tolerance()) {
    let matchers = expected.map { LineMatcher($0.withoutTrailingSpace, tolerance) }
    let lines = got.map(\.withoutTrailingSpace)
    var head: [Edit] = []
    var start = 0
    while start < min(matchers.count, lines.count), !matchers[start].isEllipsis,
      matchers[start].matches(lines[start])
    {
      head.append(.same(expected: matchers[start].expected, got: lines[start]))
      start += 1
    }
    let grid = Grid(Array(matchers[start...]), Array(lines[start...]))
    edits = head + grid.edits()
  }

  /// Whether all that was printed was expected, and the other way round.
  public var isEqual: Bool {
    edits.allSatisfy { edit in
      switch edit {
      case .same, .elided: true
      case .missing, .extra: false
      }
    }
  }

  /// The expectation that fits what was printed: lines that still match stay as they are written.
  public var blessed: [String] {
    edits.flatMap { edit -> [String] in
      switch edit {
      case .same(let expected, _): [expected]
      case .elided: ["..."]
      case .missing: []
      case .extra(let line): [line]
      }
    }
  }

  /// The differences for a person: `-` was expected, `+` was printed.
  public var difference: [String] {
    var lines: [String] = []
    var context: [String] = []
    for edit in edits {
      switch edit {
      case .same(let expected, _): context.append("  " + expected)
      case .elided: context.append("  ...")
      case .missing(let line), .extra(let line):
        lines += Comparison.shortened(context, isFirst: lines.isEmpty)
        context = []
        if case .missing = edit { lines.append("- " + line) } else { lines.append("+ " + line) }
      }
    }
    return lines + context.prefix(3)
  }

  /// Three lines of context on each side are enough to find the place.
  private static func shortened(_ context: [String], isFirst: Bool) -> [String] {
    if isFirst { return Array(context.suffix(3)) }
    guard context.count > 7 else { return context }
    return context.prefix(3) + ["  ⋮"] + context.suffix(3)
  }
}

/// The cheapest way from every pair of remaining lines to the end.
private struct Grid {
  private let expected: [LineMatcher]
  private let got: [String]
  private let width: Int
  private var costs: [Int32]
  /// Beyond this many pairs the lines are not laid beside each other: all differ.
  private static let limit = 20_000_000

  init(_ expected: [LineMatcher], _ got: [String]) {
    self.expected = expected
    self.got = got
    width = got.count + 1
    guard expected.count < Grid.limit / width else {
      costs = []
      return
    }
    costs = Array(repeating: 0, count: (expected.count + 1) * width)
    for j in 0..<got.count { costs[expected.count * width + j] = Int32(got.count - j) }
    for i in stride(from: expected.count - 1, through: 0, by: -1) {
      for j in stride(from: got.count, through: 0, by: -1) {
        costs[i * width + j] = steps(i, j).map(\.cost).min() ?? 0
      }
    }
  }

  private enum Move { case match, replace, skip, absorb, drop, add }

  /// The moves that are possible, best first among equals.
  private func steps(_ i: Int, _ j: Int) -> [(move: Move, cost: Int32)] {
    let below = costs[(i + 1) * width + j]
    if expected[i].isEllipsis {
      let skip = (Move.skip, below)
      return j < got.count ? [skip, (.absorb, costs[i * width + j + 1])] : [skip]
    }
    guard j < got.count else { return [(.drop, below + 1)] }
    let diagonal = costs[(i + 1) * width + j + 1]
    if expected[i].matches(got[j]) { return [(.match, diagonal)] }
    return [
      (.replace, diagonal + 1), (.drop, below + 1), (.add, costs[i * width + j + 1] + 1),
    ]
  }

  func edits() -> [Comparison.Edit] {
    guard !costs.isEmpty else {
      return expected.map { .missing($0.expected) } + got.map { .extra($0) }
    }
    var edits: [Comparison.Edit] = []
    var absorbed: [String] = []
    var (i, j) = (0, 0)
    while i < expected.count {
      let steps = steps(i, j)
      let best = steps.map(\.cost).min() ?? 0
      switch steps.first(where: { $0.cost == best })?.move ?? .drop {
      case .match:
        edits.append(.same(expected: expected[i].expected, got: got[j]))
        (i, j) = (i + 1, j + 1)
      case .replace:
        edits += [.missing(expected[i].expected), .extra(got[j])]
        (i, j) = (i + 1, j + 1)
      case .skip:
        edits.append(.elided(absorbed))
        absorbed = []
        i += 1
      case .absorb:
        absorbed.append(got[j])
        j += 1
      case .drop:
        edits.append(.missing(expected[i].expected))
        i += 1
      case .add:
        edits.append(.extra(got[j]))
        j += 1
      }
    }
    return edits + got[j...].map { .extra($0) }
  }
}
