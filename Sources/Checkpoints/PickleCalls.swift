/// What the calls in a checkpoint's pickle stand for. Nothing is called: a call that is known is a
/// description of a tensor, an array or a container, and every other one stays a name.
extension Pickle {
  /// Modules whose functions run code, touch files or reach the network. A checkpoint has no reason
  /// to name them, so a file that does is refused whole.
  private static let forbidden: Set<String> = [
    "os", "posix", "nt", "sys", "subprocess", "commands", "shutil", "socket", "importlib", "imp",
    "runpy", "pty", "platform", "ctypes", "code", "codeop", "operator", "marshal", "pickle",
    "_pickle", "dill", "cloudpickle", "multiprocessing", "threading", "asyncio", "webbrowser",
    "urllib", "http", "ftplib", "smtplib", "tempfile", "timeit", "bdb", "pdb", "cProfile",
    "profile", "trace", "pip", "setuptools", "distutils", "signal", "builtins", "__builtin__",
    "nturl2path", "antigravity", "linecache", "zipimport", "pkgutil", "site", "io", "_io",
  ]
  private static let harmless: Set<String> = [
    "set", "frozenset", "list", "dict", "tuple", "bytes", "bytearray", "int", "float", "str",
    "bool", "complex", "slice", "range", "object", "type", "unicode", "long", "xrange",
  ]

  /// A class or function by name.
  mutating func global(_ module: String, _ name: String) throws(CheckpointError) -> PickleValue {
    let root = String(module.prefix { $0 != "." })
    let isBuiltin = root == "builtins" || root == "__builtin__"
    if isBuiltin, Pickle.harmless.contains(name) {
      heap.globals.append("builtins." + name)
    } else if Pickle.forbidden.contains(root) {
      throw error(
        "it would call \(shown(module + "." + name)): a file of weights has no reason to",
        advice: "nothing was run; get the weights from whom you trust, as safetensors")
    } else {
      heap.globals.append(module + "." + name)
    }
    return .global(heap.globals.count - 1)
  }

  /// What a callee would make of its arguments.
  mutating func reduce(
    _ callee: PickleValue, _ arguments: PickleValue
  ) throws(CheckpointError) -> PickleValue {
    guard let values = heap.elements(arguments) else {
      throw error("a call of the pickle has no tuple of arguments")
    }
    guard case .global(let index) = callee else {
      return heap.new(opaque: PickleHeap.Opaque(name: "the result of another call"))
    }
    let name = heap.globals[index]
    switch name {
    case "collections.OrderedDict", "collections.defaultdict", "collections.Counter",
      "builtins.dict":
      return try dictionary(values)
    case "builtins.set", "builtins.frozenset", "builtins.list", "builtins.tuple", "torch.Size":
      return values.first.flatMap(heap.elements).map { heap.new(tuple: $0) } ?? arguments
    case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor":
      return try tensor(values, type: nil)
    case "torch._utils._rebuild_tensor_v3":
      return try tensor(values, type: values.count > 6 ? torchType(values[6]) : nil)
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
      "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer":
      guard let value = values.first else { throw error("a parameter of the pickle has no value") }
      return value
    case "torch._tensor._rebuild_from_type_v2":
      guard values.count >= 3 else { throw error("a tensor of the pickle lacks its facts") }
      // The first argument is one of the functions above; only they are gone into.
      guard case .global(let inner) = values[0], heap.globals[inner].hasPrefix("torch._utils.")
      else { return heap.new(opaque: PickleHeap.Opaque(name: name)) }
      return try reduce(values[0], values[2])
    case "copyreg._reconstructor", "copy_reg._reconstructor", "copyreg.__newobj__":
      guard case .global(let made)? = values.first else {
        return heap.new(opaque: PickleHeap.Opaque(name: name))
      }
      return heap.new(opaque: PickleHeap.Opaque(name: heap.globals[made]))
    default: return try numpy(name, values)
    }
  }

  /// `OrderedDict([[key, value], …])` as Python 2 wrote it, or without arguments.
  private mutating func dictionary(_ values: [PickleValue]) throws(CheckpointError) -> PickleValue {
    guard let first = values.first else { return heap.new(dict: []) }
    if case .dict(let index) = first { return heap.new(dict: heap.dicts[index]) }
    guard let elements = heap.elements(first) else { return heap.new(dict: []) }
    var pairs: [PickleHeap.Pair] = []
    for element in elements {
      guard let pair = heap.elements(element), pair.count == 2 else {
        throw error("a dictionary of the pickle is made of what are no pairs")
      }
      pairs.append((pair[0], pair[1]))
    }
    return heap.new(dict: pairs)
  }

  // MARK: torch

  /// `_rebuild_tensor_v2(storage, offset, size, stride, …)`
  private mutating func tensor(
    _ values: [PickleValue], type: String?
  ) throws(CheckpointError) -> PickleValue {
    guard values.count >= 4, case .storage(let storage) = values[0],
      case .int(let offset) = values[1], offset >= 0, let shape = heap.sizes(values[2]),
      let strides = heap.sizes(values[3]), strides.count == shape.count
    else { throw error("a tensor of the pickle lacks its storage, offset, shape or strides") }
    heap.tensors.append(
      PickleHeap.Tensor(
        storage: storage, offset: offset, shape: shape, strides: strides, typeName: type))
    return .tensor(heap.tensors.count - 1)
  }

  private func torchType(_ value: PickleValue) -> String? {
    guard case .global(let index) = value, heap.globals[index].hasPrefix("torch.") else {
      return nil
    }
    return String(heap.globals[index].dropFirst("torch.".count))
  }

  /// `('storage', torch.FloatStorage, key, location, count[, view])`; the location does not matter.
  mutating func storage(_ value: PickleValue) throws(CheckpointError) -> PickleValue {
    guard let values = heap.elements(value), values.count >= 5,
      heap.string(values[0]) == "storage", case .global(let type) = values[1],
      let key = heap.string(values[2]) ?? number(values[2]), case .int(let count) = values[4],
      count >= 0
    else { throw error("the pickle refers to a storage without saying which") }
    var offset = 0
    if values.count > 5, let view = heap.elements(values[5]), view.count == 3 {
      // An older way to share: the storage is a part of another one.
      guard case .int(let start) = view[1], start >= 0 else {
        throw error("the pickle refers to a part of a storage without saying which")
      }
      offset = start
    }
    let name = heap.globals[type].split(separator: ".").last.map(String.init) ?? ""
    heap.storages.append(
      PickleHeap.Storage(key: key, typeName: name, count: count, offset: offset))
    return .storage(heap.storages.count - 1)
  }

  private func number(_ value: PickleValue) -> String? {
    if case .int(let number) = value { return String(number) }
    return nil
  }

  /// The state that an object is given after it was made.
  mutating func build(
    _ value: PickleValue, _ state: PickleValue
  ) throws(CheckpointError) {
    switch value {
    case .object(let index): heap.objects[index].state = state
    case .array(let index): heap.arrays[index].stored = try numpyArray(state)
    case .dtype(let index):
      // (version, byte order, …)
      if let facts = heap.elements(state), facts.count > 1, let order = heap.string(facts[1]) {
        heap.types[index].isBigEndian = order == ">"
      }
    // A state dict's `_metadata`, a tensor's hooks: nothing that weights need.
    default: break
    }
  }
}
