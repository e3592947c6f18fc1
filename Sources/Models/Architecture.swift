public import Catalog
public import Checkpoints

/// A network by name, or by the call that makes it without its arguments: `"resnet18"`, `resnet18`.
public struct Architecture: ArgumentType, Sendable {
  public let name: String
  private let declaration: Declaration

  /// nil where there is no network of that name.
  public init?(_ name: String) {
    guard
      let declaration = modelRegistry.declarations.first(where: {
        $0.name == name || $0.aliases.contains(name)
      })
    else { return nil }
    self.name = declaration.name
    self.declaration = declaration
  }

  public static let expected = "the name of a network"
  public static var valueKind: String? { "string" }

  public static func read(_ value: Value) throws -> Architecture {
    let name: String
    switch value {
    case .string(let text): name = text
    case .function(let function): name = function.name
    default: throw Mismatch()
    }
    guard let found = Architecture(name) else {
      throw Mismatch(
        "there is no network \(quotedText(name))",
        advice: nearestName(to: name).map { "did you mean \(quotedText($0))?" })
    }
    return found
  }

  public var literal: String { quotedText(name) }

  /// The name of a network that is much like another.
  public static func nearestName(to name: String) -> String? {
    nearest(to: name, among: modelRegistry.declarations.map(\.name))
  }

  /// A network for the weights of a checkpoint.
  ///
  /// - Parameters:
  ///   - classes: nil: as many as the file's head has.
  ///   - size: Height and width of the images, where the network is built for one.
  public func model(
    for checkpoint: Checkpoint, classes: Int?, channels: Int? = nil, size: Int? = nil,
    prefix: String? = nil, map: [KeySubstitution] = [], _ context: any CallContext
  ) throws -> Model {
    // No head that the file does not have: a number of classes alone could ask for any memory.
    if let classes {
      guard (1...65_536).contains(classes) || checkpoint.hasAxis(classes) else {
        throw Failure(.file, "\(classes) classes, and no array of the file has so many rows")
      }
    }
    var given: [GivenArgument] = []
    if let channels {
      guard (1...64).contains(channels) else {
        throw Failure(.file, "a network for images of \(channels) channels is not made")
      }
      given.append(GivenArgument(.number(Double(channels)), name: "channels"))
    }
    if let size, declaration.arguments.contains(where: { $0.name == "img_size" }) {
      given.append(GivenArgument(.number(Double(size)), name: "img_size"))
    }
    func make(_ classes: Int?) throws -> Model {
      var all = given
      if let classes { all.append(GivenArgument(.number(Double(classes)), name: "classes")) }
      return try Model.read(try declaration.call(all, context))
    }
    let model = try make(classes)
    guard classes == nil,
      let found = model.headClasses(in: checkpoint, prefix: prefix, map: map), found > 0
    else { return model }
    return try make(found)
  }
}

extension Checkpoint {
  /// Whether an array has an axis of that size.
  public func hasAxis(_ size: Int) -> Bool {
    entries.contains { $0.array.shape.contains(size) }
  }
}
