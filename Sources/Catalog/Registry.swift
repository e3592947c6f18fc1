/// The declarations of one module, under one heading of the reference.
public struct Registry: Sendable {
  /// Declarations that belong together: a family of networks.
  public struct Section: Sendable {
    /// What the family is called: "ResNet".
    public let title: String
    public let declarations: [Declaration]

    public init(_ title: String, _ declarations: [Declaration]) {
      self.title = title
      self.declarations = declarations
    }
  }

  /// The heading: "Losses".
  public let title: String
  /// The families, in the order they are listed in; one without a title where there are none.
  public let sections: [Section]

  public init(_ title: String, _ declarations: [Declaration]) {
    self.init(title, sections: [Section("", declarations)])
  }

  public init(_ title: String, sections: [Section]) {
    self.title = title
    self.sections = sections
  }

  public var declarations: [Declaration] { sections.flatMap(\.declarations) }
}

/// All that can be called, by name.
public struct Library: Sendable {
  public let registries: [Registry]
  private let byName: [String: Declaration]

  public init(_ registries: [Registry]) {
    self.registries = registries
    var byName: [String: Declaration] = [:]
    for declaration in registries.flatMap(\.declarations) {
      for name in [declaration.name] + declaration.aliases {
        precondition(byName[name] == nil, "two declarations are named \(name)")
        byName[name] = declaration
      }
    }
    self.byName = byName
  }

  public subscript(name: String) -> Declaration? { byName[name] }

  public var declarations: [Declaration] { registries.flatMap(\.declarations) }
  /// Every name that can be called, aliases too.
  public var names: [String] { byName.keys.sorted() }
}
