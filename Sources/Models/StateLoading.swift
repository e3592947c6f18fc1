import Catalog
public import Checkpoints
import Layers
import Tensors

/// What became of a checkpoint's arrays when a network was filled from it.
public struct LoadReport: Sendable, Equatable {
  /// Keys that were filled.
  public var matched = 0
  /// Keys of the network that the file lacks.
  public var missing: [String] = []
  /// Keys of the file that the network has no place for.
  public var unexpected: [String] = []
  /// Keys whose shapes differ: "fc.weight [1000, 512] in the file, [10, 512] wanted".
  public var differing: [String] = []

  public var isExact: Bool { missing.isEmpty && unexpected.isEmpty && differing.isEmpty }

  /// "160 matched, 2 missing (fc.weight, fc.bias), 1 unexpected (head.weight)".
  public var line: String {
    var parts = ["\(matched) matched"]
    func add(_ word: String, _ list: [String]) {
      guard !list.isEmpty else { return }
      let shown = list.prefix(3).joined(separator: ", ") + (list.count > 3 ? ", …" : "")
      parts.append("\(list.count) \(word) (\(shown))")
    }
    add("missing", missing)
    add("unexpected", unexpected)
    add("of another shape", differing)
    return parts.joined(separator: ", ")
  }
}

extension Model {
  /// Fills the network from a checkpoint file; changes nothing unless everything matches, or, where
  /// `strict` is false, unless anything does.
  @discardableResult
  public func load(_ path: String, strict: Bool = true) throws -> LoadReport {
    let checkpoint = try Checkpoint.read(path)
    return try load(checkpoint, from: path, strict: strict)
  }

  /// Fills the network from named arrays.
  @discardableResult
  public func load(
    _ checkpoint: Checkpoint, from origin: String, prefix: String = "", strict: Bool = true
  ) throws -> LoadReport {
    var report = LoadReport()
    var values: [(entry: StateEntry, tensor: Tensor)] = []
    var used: Set<String> = []
    for (key, entry) in network.state {
      guard let array = checkpoint[prefix + key] else {
        // PyTorch counts batches for a momentum that nobody uses; files without it are common.
        if !entry.isCounter { report.missing.append(key) }
        continue
      }
      used.insert(prefix + key)
      let wanted = entry.checkpointShape
      guard array.shape == wanted || (entry.isCounter && array.count == 1) else {
        report.differing.append(
          "\(key) \(shapeText(array.shape)) in the file, \(shapeText(wanted)) wanted")
        continue
      }
      values.append((entry, try entry.tensor(from: array)))
      report.matched += 1
    }
    report.unexpected = checkpoint.names.filter { $0.hasPrefix(prefix) && !used.contains($0) }
    guard report.isExact || (!strict && report.matched > 0) else {
      throw Failure(
        .file, "'\(origin)' does not fit \(name): \(report.line)",
        advice: strict && report.matched > 0 ? "strict=false loads what matches" : nil)
    }
    for (entry, tensor) in values { entry.assign(tensor) }
    // A run's file says `teacher.mean` of the arrays `teacher.…`.
    readFacts(from: checkpoint.metadata, role: String(prefix.dropLast()))
    return report
  }

  /// The network's state as named arrays in PyTorch's layout.
  public func checkpointEntries(prefix: String = "") throws -> [Checkpoint.Entry] {
    network.state.map { key, entry in
      let array: StoredArray
      switch entry {
      case .parameter(let parameter):
        array = StoredArray(
          parameter.layout.checkpointValues(parameter.value), shape: entry.checkpointShape)
      case .buffer(let buffer) where buffer.isCounter:
        array = StoredArray([Int(buffer.value.scalar)], shape: [])
      case .buffer(let buffer):
        array = StoredArray(buffer.value.values, shape: buffer.value.shape)
      }
      return Checkpoint.Entry(prefix + key, array)
    }
  }

  /// The network as a checkpoint, with what is needed to make the model again.
  public func checkpoint() throws -> Checkpoint {
    var metadata = ["athanor.model": script]
    writeFacts(to: &metadata)
    return Checkpoint(try checkpointEntries(), metadata: metadata)
  }
}

extension StateEntry {
  var isCounter: Bool {
    if case .buffer(let buffer) = self { return buffer.isCounter }
    return false
  }

  /// The shape of this entry in a checkpoint.
  var checkpointShape: [Int] {
    switch self {
    case .parameter(let parameter): parameter.layout.checkpointShape(parameter.shape)
    case .buffer(let buffer): buffer.isCounter ? [] : buffer.value.shape
    }
  }

  /// A checkpoint's array in the layout used here.
  func tensor(from array: StoredArray) throws -> Tensor {
    switch self {
    case .parameter(let parameter):
      try parameter.layout.tensor(fromCheckpoint: array.floats(), array.shape)
    case .buffer(let buffer) where buffer.isCounter:
      Tensor(array.floats().first ?? 0)
    case .buffer: array.tensor()
    }
  }

  func assign(_ tensor: Tensor) {
    switch self {
    case .parameter(let parameter): parameter.value = tensor
    case .buffer(let buffer): buffer.value = tensor
    }
  }
}
