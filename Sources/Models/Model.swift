public import Catalog
public import Images
public import Layers
public import Tensors

/// A network with its name and what it expects: the language's value of kind "model".
public final class Model: Object, ArgumentType, Answer {
  public static let kind = "model"

  /// timm's or the literature's name: `resnet18`, `wrn_16_2`.
  public let name: String
  /// The call that makes it again: `resnet8x4(classes=10, channels=1)`.
  public let script: String
  public let classes: Int
  public let channels: Int
  /// Height and width that summaries assume and fixed-size networks need.
  public let size: Int
  public let seed: Int
  public let task: Task
  public let network: Module
  /// What is done to a photograph before the network sees it: its family's way until a training or a
  /// file says otherwise.
  public var preprocessing: Preprocessing
  /// Names of the classes, as many as there are classes; empty where only numbers are known.
  public var labels: [String] = []
  /// Whether its family was published with weights that want this preprocessing.
  let isPublished: Bool
  /// Whether training or a file has said how images are normalised, so that it is no guess.
  private var knowsNormalisation = false
  /// What happened to the weights since they were drawn, oldest first.
  public var past: [any Past] = []
  private let build: () throws -> Module

  /// Builds the network, names its modules and draws its starting weights.
  ///
  /// - Parameter preprocessing: nil for small pictures, which are taken as they are.
  public init(
    name: String, script: String, classes: Int, channels: Int, size: Int, seed: Int,
    preprocessing: Preprocessing? = nil, task: Task = .classification,
    build: @escaping () throws -> Module
  ) throws {
    self.name = name
    self.script = script
    self.classes = classes
    self.channels = channels
    self.size = size
    self.seed = seed
    self.task = task
    self.preprocessing = preprocessing ?? .plain(size: size, channels: channels)
    isPublished = preprocessing != nil
    self.build = build
    network = try build()
    network.name()
    network.initialize(seed: UInt64(bitPattern: Int64(seed)))
  }

  /// How the images it was trained on were normalised; nil until it has been trained or loaded.
  public var normalisation: Normalisation? {
    get { knowsNormalisation ? preprocessing.normalisation : nil }
    set {
      knowsNormalisation = newValue != nil
      if let newValue { preprocessing.normalisation = newValue }
    }
  }

  /// The name of a class, or its number.
  public func className(_ label: Int) -> String {
    labels.indices.contains(label) ? labels[label] : String(label)
  }

  /// Images N H W C to logits: N K, or N H W K of a segmentation.
  public func callAsFunction(_ images: Tensor, _ context: Context) throws -> Tensor {
    try network(images, context)
  }

  /// A network of the same shape: with the same weights, or drawn anew from a seed.
  public func cloned(seed newSeed: Int?) throws -> Model {
    let copy = try Model(
      name: name, script: script(seed: newSeed ?? seed), classes: classes, channels: channels,
      size: size, seed: newSeed ?? seed, preprocessing: isPublished ? preprocessing : nil,
      task: task,
      build: build)
    copy.preprocessing = preprocessing
    copy.labels = labels
    if newSeed == nil {
      copy.weights = weights
      copy.knowsNormalisation = knowsNormalisation
      copy.past = past
    }
    return copy
  }

  /// The call with another seed; where nothing is drawn, as it is.
  private func script(seed new: Int) -> String {
    guard new != seed, network.parameters.contains(where: { $0.parameter.start != .kept }) else {
      return script
    }
    let ending = seed == 0 ? ")" : ", seed=\(seed))"
    guard script.hasSuffix(ending) else { return script }
    return script.dropLast(ending.count) + (new == 0 ? ")" : ", seed=\(new))")
  }

  /// All parameters and buffers in order, as values that cost references until they change.
  public var weights: [Tensor] {
    get {
      network.state.map { entry in
        switch entry.entry {
        case .parameter(let parameter): parameter.value
        case .buffer(let buffer): buffer.value
        }
      }
    }
    set {
      for (entry, value) in zip(network.state, newValue) {
        switch entry.entry {
        case .parameter(let parameter): parameter.value = value
        case .buffer(let buffer): buffer.value = value
        }
      }
    }
  }

  public var restorer: (() -> Void)? {
    let before = (preprocessing, knowsNormalisation, labels, past)
    // Weights that nobody has asked for yet need not be drawn to come back to them.
    let weights = network.state.map(\.entry.restorer)
    return { [self] in
      for restore in weights { restore() }
      (preprocessing, knowsNormalisation, labels) = (before.0, before.1, before.2)
      past = before.3
    }
  }

  public var parameterCount: Int { network.parameterCount }

  public var line: String { "\(script), \(grouped(parameterCount)) parameters" }
}

/// 1234567 → "1,234,567".
public func grouped(_ number: Int) -> String {
  let digits = String(abs(number))
  var result = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { result += "," }
    result.append(digit)
  }
  return number < 0 ? "-" + result : result
}

extension StateEntry {
  fileprivate var restorer: () -> Void {
    switch self {
    case .parameter(let parameter):
      let held = parameter.held
      return { parameter.held = held }
    case .buffer(let buffer):
      let value = buffer.value
      return { buffer.value = value }
    }
  }
}
