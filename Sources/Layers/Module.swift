public import Tensors

/// A network or a part of one.
///
/// Stored properties are the keys of a PyTorch checkpoint: a property `layer1` that holds an array
/// of blocks, each with a property `conv1` that holds a convolution with a parameter `weight`, gives
/// `layer1.0.conv1.weight`. Names are turned from camelCase into snake_case, unless `keys` says
/// otherwise.
open class Module {
  /// Where the module stands in its network: `layer1.0.conv1`; empty for the network itself.
  public private(set) var path = ""
  /// Parts, parameters and buffers, looked up once: a network's structure does not change.
  private lazy var properties = reflectedProperties()

  public init() {}

  /// The computation of the module. Call the module, not this.
  open func forward(_ x: Tensor, _ context: Context) throws -> Tensor { x }

  /// Keys of properties whose checkpoint name is not their snake_case name.
  open var keys: [String: String] { [:] }

  /// A few words for summaries: "64 → 128, kernel 3×3, stride 2".
  open var details: String { "" }

  /// Multiply–accumulates of one call, for summaries; 0 where there are none worth counting.
  open func multiplications(input: [Int], output: [Int]) -> Int { 0 }

  /// Modules called in place of properties, in order; nil means: look at the properties.
  open var listedChildren: [(key: String, module: Module)]? { nil }

  /// Parameters and buffers in place of properties, under their own keys; nil means: look at the
  /// properties.
  open var listedState: [(key: String, entry: StateEntry)]? { nil }

  /// Where distillation takes features from, first to last: the stem, every stage, the pooled vector.
  /// Empty for parts of networks.
  open var stages: [Stage] { [] }

  /// The class's name as PyTorch users know it.
  open var kindName: String { "\(type(of: self))" }

  public final func callAsFunction(_ x: Tensor, _ context: Context) throws -> Tensor {
    try run([x], context) { try forward(x, context) }
  }

  /// Runs a computation as this module's: its output is observed, its shape errors get the path.
  public final func run(
    _ inputs: [Tensor], _ context: Context, _ body: () throws -> Tensor
  ) throws -> Tensor {
    context.tracer?.enter(path)
    defer { context.tracer?.leave() }
    do {
      let output = try body()
      context.finished(self, inputs, output)
      return output
    } catch var error as ShapeError {
      if error.path.isEmpty { error.path = path }
      throw error
    }
  }
}

/// A tensor of a network's state under its checkpoint key.
public enum StateEntry {
  case parameter(Parameter)
  case buffer(Buffer)
}

extension Module {
  /// Direct parts in the order of declaration.
  public var children: [(key: String, module: Module)] {
    if let listedChildren { return listedChildren }
    return properties.flatMap { key, value -> [(key: String, module: Module)] in
      if let module = value as? Module { return [(key, module)] }
      if let list = value as? [Module] {
        return list.enumerated().map { ("\(key).\($0.offset)", $0.element) }
      }
      return []
    }
  }

  /// Parameters and buffers of this module alone.
  public var ownState: [(key: String, entry: StateEntry)] {
    if let listedState { return listedState }
    return properties.compactMap { key, value in
      if let parameter = value as? Parameter { return (key, .parameter(parameter)) }
      if let buffer = value as? Buffer { return (key, .buffer(buffer)) }
      return nil
    }
  }

  fileprivate func reflectedProperties() -> [(key: String, value: Any)] {
    var mirrors: [Mirror] = []
    var mirror: Mirror? = Mirror(reflecting: self)
    while let current = mirror, current.subjectType != Module.self {
      mirrors.append(current)
      mirror = current.superclassMirror
    }
    let names = keys
    return mirrors.reversed().flatMap(\.children).compactMap { label, value in
      guard let label, let unwrapped = unwrap(value) else { return nil }
      return (names[label] ?? snakeCase(label), unwrapped)
    }
  }

  /// All modules with their paths, this one first (path ""), in the order of declaration.
  public var modules: [(path: String, module: Module)] {
    var result: [(path: String, module: Module)] = [("", self)]
    for (key, child) in children {
      result += child.modules.map { ($0.path.isEmpty ? key : key + "." + $0.path, $0.module) }
    }
    return result
  }

  /// Every parameter and buffer under its checkpoint key.
  public var state: [(key: String, entry: StateEntry)] {
    modules.flatMap { path, module in
      module.ownState.map { (path.isEmpty ? $0.key : path + "." + $0.key, $0.entry) }
    }
  }

  /// Every parameter under its checkpoint key, each once.
  public var parameters: [(key: String, parameter: Parameter)] {
    var seen: Set<ObjectIdentifier> = []
    return state.compactMap { key, entry in
      guard case .parameter(let parameter) = entry,
        seen.insert(ObjectIdentifier(parameter)).inserted
      else { return nil }
      return (key, parameter)
    }
  }

  /// Tells every module its path. Called once when a network is complete.
  public func name(from root: String = "") {
    for (path, module) in modules {
      module.path = root.isEmpty || path.isEmpty ? root + path : root + "." + path
    }
  }

  /// Draws every parameter's starting value.
  public func initialize(seed: UInt64) {
    for (key, parameter) in parameters { parameter.initialize(seed: seed, key: key) }
  }

  /// Number of trainable numbers, shared ones counted once.
  public var parameterCount: Int {
    parameters.reduce(0) { $0 + $1.parameter.shape.elementCount }
  }
}

/// The value inside an optional property, or nil.
private func unwrap(_ value: Any) -> Any? {
  let mirror = Mirror(reflecting: value)
  guard mirror.displayStyle == .optional else { return value }
  return mirror.children.first?.value
}

/// `runningMean` → `running_mean`, `conv1` → `conv1`.
private func snakeCase(_ name: String) -> String {
  var result = ""
  for character in name {
    if character.isUppercase {
      result += "_" + character.lowercased()
    } else {
      result.append(character)
    }
  }
  return result
}
