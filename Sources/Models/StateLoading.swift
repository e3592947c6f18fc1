import Catalog
public import Checkpoints
import Images
import Layers
import Tensors

extension Model {
  /// Fills the network from a checkpoint file, or a folder with one; changes nothing unless
  /// everything matches, or, where `strict` is false, unless anything does.
  @discardableResult
  public func load(_ path: String, strict: Bool = true) throws -> LoadReport {
    let checkpoint = try Checkpoint.read(path)
    return try load(checkpoint, from: path, strict: strict)
  }

  /// Fills the network from named arrays.
  ///
  /// - Parameters:
  ///   - prefix: What the keys begin with in the file. nil: it is found, where trainers and wrappers
  ///     put it.
  ///   - map: Changes of the file's keys, behind the prefix. The names of a few other programs are
  ///     known without.
  @discardableResult
  public func load(
    _ checkpoint: Checkpoint, from origin: String, prefix: String? = nil, strict: Bool = true,
    map: [KeySubstitution] = []
  ) throws -> LoadReport {
    let state = network.state
    let match = StateMatch.best(
      in: checkpoint, for: state.map(\.key), prefix: prefix, substitutions: map)
    let (plan, report) = plan(checkpoint, match, state)
    guard report.isExact || (!strict && report.matched > 0) else {
      throw Failure(
        .file, "'\(origin)' does not fit \(name): \(report.line)",
        advice: advice(checkpoint, report, state.map(\.key), strict: strict))
    }
    // All of them before the first is changed.
    let tensors = try plan.map { item in
      let tensor = try item.entry.tensor(from: item.array)
      return item.shift == 0 ? tensor : try tensor + item.shift
    }
    for (item, tensor) in zip(plan, tensors) { item.entry.assign(tensor) }
    if let own = match.map?.normalisation, own.mean.count == channels {
      preprocessing.normalisation = own
    }
    // A run's file says `teacher.mean` of the arrays `teacher.…`.
    readFacts(from: checkpoint.metadata, role: String(match.prefix.dropLast()))
    return report
  }

  /// Classes of a checkpoint's head where nothing but the head differs from this network's.
  func headClasses(
    in checkpoint: Checkpoint, prefix: String? = nil, map: [KeySubstitution] = []
  ) -> Int? {
    let state = network.state
    let match = StateMatch.best(
      in: checkpoint, for: state.map(\.key), prefix: prefix, substitutions: map)
    return plan(checkpoint, match, state).1.heads?.file
  }

  private struct PlannedEntry {
    var entry: StateEntry
    var array: StoredArray
    /// What is added to a variance whose batch norm in the file had another ε.
    var shift: Float = 0
  }

  private func plan(
    _ checkpoint: Checkpoint, _ match: StateMatch, _ state: [(key: String, entry: StateEntry)]
  ) -> ([PlannedEntry], LoadReport) {
    var report = LoadReport()
    var plan: [PlannedEntry] = []
    var heads: [(file: Int, own: Int)] = []
    var types: Set<String> = []
    let shifts = match.map?.epsilon.map { self.shifts(to: $0) } ?? [:]
    report.notes = match.notes(checkpoint)
    for (key, entry) in state {
      guard let source = match.sources[key], let array = checkpoint[match.prefix + source] else {
        // PyTorch counts batches for a momentum that nobody uses; files without it are common.
        if !entry.isCounter { report.missing.append(key) }
        if let what = checkpoint.unread[match.prefix + key] {
          report.notes.append("\(shown(key)) is \(what)")
        }
        continue
      }
      let wanted = entry.checkpointShape
      guard let fitting = entry.fitting(array, isRenamed: match.map != nil) else {
        report.differing.append(
          "\(key) \(shapeText(array.shape)) in the file, \(shapeText(wanted)) wanted")
        let isHead = wanted.first == classes && array.shape.dropFirst() == wanted.dropFirst()
        if isHead, let file = array.shape.first { heads.append((file, classes)) }
        continue
      }
      plan.append(PlannedEntry(entry: entry, array: fitting, shift: shifts[key] ?? 0))
      if !entry.isCounter, array.type != .float32 { types.insert(array.type.spelled) }
      report.matched += 1
    }
    report.unexpected = match.unexpected
    if heads.count == report.differing.count, report.missing.isEmpty, report.unexpected.isEmpty {
      report.heads = heads.first
    }
    if !types.isEmpty {
      report.notes.append("made Float32 from \(types.sorted().joined(separator: ", "))")
    }
    if let heads = report.heads {
      report.notes.append("the file's head has \(heads.file) classes, the model's \(heads.own)")
    }
    return (plan, report)
  }

  /// What makes the variances of a file whose batch norms add `epsilon` right for ours:
  /// (v + ε_file − ε) + ε.
  private func shifts(to epsilon: Float) -> [String: Float] {
    var shifts: [String: Float] = [:]
    for case (let path, let norm as BatchNorm2d) in network.modules where norm.epsilon != epsilon {
      shifts[path + ".running_var"] = epsilon - norm.epsilon
    }
    return shifts
  }

  private func advice(
    _ checkpoint: Checkpoint, _ report: LoadReport, _ wanted: [String], strict: Bool
  ) -> String? {
    if let heads = report.heads {
      return "strict=false keeps the model's own head; classes=\(heads.file) makes one that fits"
    }
    if report.matched * 2 < wanted.count,
      let hint = CheckpointHint.advice(for: wanted, in: checkpoint)
    {
      return hint
    }
    return strict && report.matched > 0 ? "strict=false loads what matches" : nil
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

  /// The array, where its shape is this entry's.
  ///
  /// - Parameter isRenamed: From another program, where a dense layer may be a 1×1 convolution: axes
  ///   of one are no difference.
  func fitting(_ array: StoredArray, isRenamed: Bool) -> StoredArray? {
    let wanted = checkpointShape
    if array.shape == wanted { return array }
    if isCounter { return array.count == 1 ? array : nil }
    guard isRenamed, array.shape.filter({ $0 != 1 }) == wanted.filter({ $0 != 1 }) else {
      return nil
    }
    return array.reshaped(wanted)
  }

  /// A checkpoint's array in the layout used here.
  func tensor(from array: StoredArray) throws -> Tensor {
    switch self {
    case .parameter(let parameter): try array.tensor(in: parameter.layout)
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
