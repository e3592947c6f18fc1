import Checkpoints
import Optimizers
import Tensors

/// What a term of the goal owns, in the run's file.
struct SavedTerm: Codable {
  var term: String
  /// The call that makes its loss.
  var script: String
  var parts: [SavedTensor]
  var companion: SavedCompanion?
}

/// A tensor of a term's parts: `goal.fitnet.conv.weight`.
struct SavedTensor: Codable {
  enum Axes: String, Codable {
    case plain, dense, convolution
  }

  var key: String
  var axes: Axes
  /// Whether an optimizer moves it; a constant or a running statistic otherwise.
  var isMoved: Bool
  var isBuffer: Bool
}

struct SavedCompanion: Codable {
  var network: [SavedTensor]
  var optimizerSteps: Int
  /// Names of the optimizer's tensors.
  var memory: [String]
}

extension TermState {
  private static func path(_ term: String) -> String { "goal.\(term)." }
  private static func companionPath(_ term: String) -> String { "companion.\(term)." }
  private static func memoryPath(_ term: String) -> String { "companion.\(term).optimizer." }

  var saved: SavedTerm {
    SavedTerm(
      term: term, script: script, parts: parts.saved,
      companion: companion.map {
        SavedCompanion(
          network: $0.network.saved, optimizerSteps: $0.optimizerSteps,
          memory: $0.memory.keys.sorted())
      })
  }

  /// Its tensors as named arrays.
  var entries: [Checkpoint.Entry] {
    var result = parts.entries(prefix: TermState.path(term))
    if let companion {
      result += companion.network.entries(prefix: TermState.companionPath(term))
      for (name, tensor) in companion.memory.sorted(by: { $0.key < $1.key }) {
        result.append(
          Checkpoint.Entry(
            TermState.memoryPath(term) + name, StoredArray(tensor, name: name)))
      }
    }
    return result
  }

  fileprivate init(_ saved: SavedTerm, _ file: Checkpoint, _ origin: String) throws {
    term = saved.term
    script = saved.script
    parts = try NetworkState(saved.parts, file, TermState.path(saved.term), origin)
    let path = TermState.memoryPath(saved.term)
    companion = try saved.companion.map { saved in
      guard saved.optimizerSteps >= 0, saved.optimizerSteps <= 1 << 53 else {
        throw Run.damaged(origin, "its counts make no sense")
      }
      var memory: [String: Tensor] = [:]
      for name in saved.memory {
        guard let array = file[path + name] else {
          throw Run.damaged(origin, "'\(path)\(name)' is missing")
        }
        memory[name] = array.tensor()
      }
      return CompanionState(
        network: try NetworkState(
          saved.network, file, TermState.companionPath(self.term), origin),
        optimizerSteps: saved.optimizerSteps, memory: memory)
    }
  }
}

extension SavedTerm {
  /// The term's state from a file.
  func state(_ file: Checkpoint, _ origin: String) throws -> TermState {
    try TermState(self, file, origin)
  }
}

extension NetworkState {
  fileprivate var saved: [SavedTensor] {
    entries.map {
      SavedTensor(
        key: $0.key, axes: SavedTensor.Axes($0.layout), isMoved: $0.isMoved,
        isBuffer: $0.isBuffer)
    }
  }

  fileprivate func entries(prefix: String) -> [Checkpoint.Entry] {
    entries.map { entry in
      Checkpoint.Entry(
        prefix + entry.key,
        StoredArray(
          entry.layout.checkpointValues(entry.tensor),
          shape: entry.layout.checkpointShape(entry.tensor.shape)))
    }
  }

  fileprivate init(
    _ saved: [SavedTensor], _ file: Checkpoint, _ prefix: String, _ origin: String
  ) throws {
    entries = try saved.map { saved in
      let layout = saved.axes.layout
      guard let array = file[prefix + saved.key],
        layout == .plain || array.shape.count == (layout == .dense ? 2 : 4)
      else {
        throw Run.damaged(origin, "'\(prefix)\(saved.key)' is missing or of another shape")
      }
      return Entry(
        key: saved.key, layout: layout, isBuffer: saved.isBuffer, isMoved: saved.isMoved,
        tensor: try array.tensor(in: layout))
    }
  }
}

extension SavedTensor.Axes {
  fileprivate init(_ layout: Layout) {
    switch layout {
    case .plain: self = .plain
    case .dense: self = .dense
    case .convolution: self = .convolution
    }
  }

  fileprivate var layout: Layout {
    switch self {
    case .plain: .plain
    case .dense: .dense
    case .convolution: .convolution
    }
  }
}

extension OptimizerState {
  /// Its tensors as named arrays.
  func entries(prefix: String) -> [Checkpoint.Entry] {
    tensors.sorted(by: { $0.key < $1.key }).map {
      Checkpoint.Entry(prefix + $0.key, StoredArray($0.value, name: $0.key))
    }
  }
}
