/// The declarations of one module, under one heading of the reference.
public struct Registry: Sendable {
  /// Declarations that belong together: a family of networks, the commands for a task.
  public struct Section: Sendable {
    /// What the family or task is called: "ResNet", "Look inside".
    public let title: String
    /// What the task is, in one sentence; "" for a family.
    public let summary: String
    /// Titles of the registries whose entries the task is done with: "Models".
    public let registries: [String]
    public let declarations: [Declaration]

    public init(_ title: String, _ declarations: [Declaration]) {
      self.init(title, summary: "", declarations)
    }

    /// A task.
    public init(
      _ title: String, summary: String, with registries: [String] = [],
      _ declarations: [Declaration]
    ) {
      self.title = title
      self.summary = summary
      self.registries = registries
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
