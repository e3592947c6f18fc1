import Catalog
public import Conversation

/// A Jupyter notebook (nbformat 4) whose code cells are replayed and compared with their stored
/// output.
public struct Notebook: Sendable {
  /// A code cell.
  struct Cell: Sendable {
    /// Its place among all cells, from 0.
    var index: Int
    var source: String
    var tolerance: Tolerance
    /// Stored output as lines of plain text.
    var expected: [String]
    /// Whether it assigns what may be set from outside.
    var isParameters = false
  }

  public let name: String
  private let root: JSON
  let cells: [Cell]
  /// Values by which it is tried; nil where it does not take long.
  public let rehearsal: [NotebookParameter]?

  /// Reads a notebook.
  /// - Throws: A `Failure` of kind `data` where the bytes are not JSON or no notebook of format 4.
  public static func parse(_ bytes: [UInt8], name: String) throws -> Notebook {
    let root = try JSONReader.read(bytes, name: name)
    guard root["nbformat"]?.double == 4, let items = root["cells"]?.array else {
      throw Failure(.data, "\(name) is not a notebook of format 4")
    }
    var cells: [Cell] = []
    for (index, item) in items.enumerated() where item["cell_type"]?.string == "code" {
      guard let source = item["source"]?.joinedText, let outputs = item["outputs"]?.array else {
        throw Failure(.data, "\(name), cell \(index + 1): it has no source or no outputs")
      }
      let options = item["metadata"]?["athanor"]
      cells.append(
        Cell(
          index: index, source: source,
          tolerance: Tolerance(
            relative: options?["rtol"]?.double, absolute: options?["atol"]?.double,
            ignoresMeasurements: true),
          expected: StoredOutput.lines(of: outputs),
          isParameters: item["metadata"]?["tags"]?.array?.contains(.string("parameters")) ?? false))
    }
    return Notebook(
      name: name, root: root, cells: cells, rehearsal: try rehearsal(root["metadata"], name))
  }

  private static func rehearsal(_ metadata: JSON?, _ name: String) throws -> [NotebookParameter]? {
    guard let values = metadata?["athanor"]?["rehearsal"] else { return nil }
    guard case .object(let members) = values else {
      throw Failure(.data, "\(name): its rehearsal is no list of names and values")
    }
    return try members.map { member in
      guard NotebookParameter.isName(member.name) else {
        throw Failure(.data, "\(name): its rehearsal sets '\(member.name)', which is no name")
      }
      // JSON writes numbers, strings, lists and truth as the language does.
      return NotebookParameter(member.name, member.value == .null ? "none" : member.value.text())
    }
  }

  /// The code of its cells in order.
  public var inputs: [String] { cells.map(\.source) }

  /// Replays every code cell in a new session on the calling thread.
  public func replay(
    factory: InterpreterFactory, interruption: Interruption = Interruption()
  ) -> ReplayResult {
    var session = PinnedSession(factory, interruption, isLive: true)
    var mismatches: [ReplayResult.Mismatch] = []
    var items = root["cells"]?.array ?? []
    var count = 0
    for cell in cells {
      let isBlank = cell.source.trimmed.isEmpty
      guard let recording = isBlank ? Recording() : session.record(cell.source) else { break }
      if !isBlank { count += 1 }
      let comparison = Comparison(
        expected: cell.expected, got: recording.lines, tolerance: cell.tolerance)
      if !comparison.isEqual {
        mismatches.append(
          ReplayResult.Mismatch(
            place: "cell \(cell.index + 1)", input: cell.source, comparison: comparison))
      }
      let number: JSON = isBlank ? .null : .number(String(count))
      let outputs = StoredOutput.outputs(of: recording, number: number)
      let stored = items[cell.index]["outputs"]?.array ?? []
      if !comparison.isEqual || !StoredOutput.areAlike(stored, outputs) {
        items[cell.index]["outputs"] = .array(outputs)
        items[cell.index]["execution_count"] = number
      }
    }
    var blessed = root
    blessed["cells"] = .array(items)
    return ReplayResult(
      name: name, count: count, mismatches: mismatches, blessed: blessed.text() + "\n",
      isBlessingNews: blessed != root,
      wasInterrupted: session.wasInterrupted)
  }
}

extension JSON {
  /// A text of the notebook format: one string, or a list of strings to be joined.
  var joinedText: String? {
    switch self {
    case .string(let text): return text
    case .array(let parts):
      var text = ""
      for part in parts {
        guard let line = part.string else { return nil }
        text += line
      }
      return text
    default: return nil
    }
  }

  /// A text as the notebook format stores it: a list of lines with their line ends.
  init(lines text: String) {
    var lines: [JSON] = []
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      line.append(scalar)
      guard scalar == "\n" else { continue }
      lines.append(.string(String(line)))
      line = String.UnicodeScalarView()
    }
    if !line.isEmpty { lines.append(.string(String(line))) }
    self = .array(lines)
  }
}
