public import Catalog
public import Layers
public import Tensors

/// Mean and deviation per channel that a network's input was normalised with:
/// x = (pixel/255 − mean)/std.
public struct Normalisation: Sendable, Equatable {
  public var mean: [Float]
  public var std: [Float]

  public init(mean: [Float], std: [Float]) {
    self.mean = mean
    self.std = std
  }
}

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
  public let network: Module
  /// How the images it was trained on were normalised; nil until it has been trained or loaded.
  public var normalisation: Normalisation?
  /// What happened to the weights since they were drawn, oldest first.
  public var past: [any Past] = []
  private let build: () throws -> Module

  /// Builds the network, names its modules and draws its starting weights.
  public init(
    name: String, script: String, classes: Int, channels: Int, size: Int, seed: Int,
    build: @escaping () throws -> Module
  ) throws {
    self.name = name
    self.script = script
    self.classes = classes
    self.channels = channels
    self.size = size
    self.seed = seed
    self.build = build
    network = try build()
    network.name()
    network.initialize(seed: UInt64(bitPattern: Int64(seed)))
  }

  /// Images N H W C to logits N K.
  public func callAsFunction(_ images: Tensor, _ context: Context) throws -> Tensor {
    try network(images, context)
  }

  /// A network of the same shape: with the same weights, or drawn anew from a seed.
  public func cloned(seed newSeed: Int?) throws -> Model {
    let copy = try Model(
      name: name, script: script, classes: classes, channels: channels, size: size,
      seed: newSeed ?? seed, build: build)
    if newSeed == nil {
      copy.weights = weights
      copy.normalisation = normalisation
      copy.past = past
    }
    return copy
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
    let before = (weights, normalisation, past.count)
    return { [self] in
      (weights, normalisation) = (before.0, before.1)
      past.removeLast(past.count - before.2)
    }
  }

  public var parameterCount: Int { network.parameterCount }

  public var line: String { "\(script), \(grouped(parameterCount)) parameters" }

  public var memberNames: [String] {
    ["name", "classes", "channels", "size", "seed", "parameters", "script"]
  }

  public func member(_ name: String) -> Value? {
    switch name {
    case "name": .string(self.name)
    case "classes": .number(Double(classes))
    case "channels": .number(Double(channels))
    case "size": .number(Double(size))
    case "seed": .number(Double(seed))
    case "parameters": .number(Double(parameterCount))
    case "script": .string(script)
    default: nil
    }
  }
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
