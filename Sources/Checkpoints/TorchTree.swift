/// Finds the tensors in the values of a pickle and names each by the keys that lead to it.
struct TorchTree {
  private let pickle: Pickle
  private let storages: TorchStorages
  private let file: String
  private var heap: PickleHeap { pickle.heap }
  private var checkpoint = Checkpoint()
  private var visits = 0
  private var nameBytes = 0
  /// Values that are looked at, tensors that are kept, and bytes of their names: a pickle can refer
  /// to one value from many places, so its own size bounds none of them.
  private static let mostVisits = 1_000_000
  private static let mostEntries = 100_000
  private static let mostNameBytes = 16 << 20
  private static let deepest = 24

  private init(_ pickle: Pickle, _ storages: TorchStorages, file: String) {
    self.pickle = pickle
    self.storages = storages
    self.file = file
  }

  /// All tensors and arrays under the root.
  ///
  /// - Throws: Where there are none, naming what the file would have run to make some.
  static func checkpoint(
    _ pickle: Pickle, _ storages: TorchStorages, file: String
  ) throws(CheckpointError) -> Checkpoint {
    var tree = TorchTree(pickle, storages, file: file)
    try tree.visit(pickle.root, "", depth: 0)
    let checkpoint = tree.checkpoint
    guard checkpoint.entries.isEmpty else { return checkpoint }
    if let (name, what) = checkpoint.unread.min(by: { $0.key < $1.key }) {
      throw CheckpointError(
        file, "\(name.isEmpty ? "it" : shown(name)) is \(what), and there are no tensors beside it",
        advice: "save model.state_dict() instead")
    }
    throw CheckpointError(file, "there are no tensors in it")
  }

  private mutating func visit(
    _ value: PickleValue, _ path: String, depth: Int
  ) throws(CheckpointError) {
    visits += 1
    guard visits <= TorchTree.mostVisits, depth <= TorchTree.deepest else {
      throw CheckpointError(file, "its values are nested too deeply or refer to each other")
    }
    switch value {
    case .tensor(let index): try tensor(heap.tensors[index], path)
    case .array(let index):
      if let stored = heap.arrays[index].stored {
        try add(stored, path)
      } else {
        try leave(path, "a NumPy array of a type that is not read")
      }
    case .dict(let index): try items(heap.dicts[index], path, depth)
    case .list(let index): try elements(heap.lists[index], path, depth)
    case .tuple(let index): try elements(heap.tuples[index], path, depth)
    case .object(let index): try object(heap.objects[index], path, depth)
    case .global(let index): try leave(path, "a reference to \(shown(heap.globals[index]))")
    case .text, .int, .float, .bool: note(value, path)
    case .none, .bytes, .storage, .dtype: break
    }
  }

  private mutating func elements(
    _ values: [PickleValue], _ path: String, _ depth: Int
  ) throws(CheckpointError) {
    for (index, value) in values.enumerated() {
      // Long lists of numbers are histories, not weights.
      switch value {
      case .text, .int, .float, .bool, .none: continue
      default: try visit(value, joined(path, String(index)), depth: depth + 1)
      }
    }
  }

  private mutating func items(
    _ pairs: [PickleHeap.Pair], _ path: String, _ depth: Int
  ) throws(CheckpointError) {
    for (key, value) in pairs {
      let name: String
      switch key {
      case .int(let number): name = String(number)
      default:
        guard let text = heap.string(key, atMost: 512) else { continue }
        name = text
      }
      try visit(value, joined(path, name), depth: depth + 1)
    }
  }

  private func joined(_ path: String, _ key: String) -> String {
    path.isEmpty ? key : path + "." + key
  }

  private mutating func object(
    _ object: PickleHeap.Opaque, _ path: String, _ depth: Int
  ) throws(CheckpointError) {
    if !object.items.isEmpty { try items(object.items, path, depth) }
    var isModule = false
    if case .dict(let state) = object.state {
      // A whole network was saved, not its state dict; its modules keep their tensors in these.
      for (key, value) in heap.dicts[state] {
        switch heap.string(key) {
        case "_parameters"?, "_buffers"?, "_modules"?:
          isModule = true
          try visit(value, path, depth: depth + 1)
        default: continue
        }
      }
    }
    if !isModule, object.items.isEmpty {
      try leave(path, "what \(shown(object.name)) would make, which is not run")
    }
  }

  private mutating func tensor(
    _ tensor: PickleHeap.Tensor, _ path: String
  ) throws(CheckpointError) {
    let (type, name) = TorchStorages.type(of: tensor, heap)
    guard let type else { return try leave(path, "a tensor of the type \(shown(name))") }
    try add(try storages.array(tensor, type, heap, named: path), path)
  }

  private mutating func add(_ array: StoredArray, _ path: String) throws(CheckpointError) {
    // A tensor that is the whole file has no name.
    let name = path.isEmpty ? "array" : path
    try count(name)
    guard checkpoint.add(name, array) else {
      throw CheckpointError(file, "\(shown(name)) is there twice")
    }
  }

  private mutating func leave(_ path: String, _ what: String) throws(CheckpointError) {
    try count(path)
    checkpoint.unread[path] = what
  }

  private mutating func count(_ name: String) throws(CheckpointError) {
    nameBytes += name.utf8.count
    guard checkpoint.entries.count + checkpoint.unread.count < TorchTree.mostEntries,
      nameBytes <= TorchTree.mostNameBytes
    else { throw CheckpointError(file, "it has more than \(TorchTree.mostEntries) values") }
  }

  /// Words and numbers beside the weights: `arch`, `epoch`.
  private mutating func note(_ value: PickleValue, _ path: String) {
    guard checkpoint.metadata.count < 64, !path.isEmpty, path.utf8.count <= 100 else { return }
    switch value {
    case .text: checkpoint.metadata[path] = heap.string(value, atMost: 200)
    case .int(let number): checkpoint.metadata[path] = String(number)
    case .float(let number): checkpoint.metadata[path] = "\(number)"
    case .bool(let flag): checkpoint.metadata[path] = String(flag)
    default: break
    }
  }
}
