public import Catalog

/// What entries are found under: a task ("Look inside"), a kind of value ("Losses"), a family of
/// networks ("ResNet").
public struct Topic: Sendable {
  public let title: String
  /// What one does there, in one sentence; "" where the title says it.
  public let summary: String
  /// The entries, by family where there are families.
  public let sections: [Registry.Section]
  /// Kinds of values that the task is done with.
  public let kinds: [Topic]

  public var declarations: [Declaration] { sections.flatMap(\.declarations) }
  /// How it is asked for: "look inside".
  public var name: String { title.lowercased() }
}

extension Library {
  /// The tasks, each with the kinds of values that it is done with, then what no task names.
  public var topics: [Topic] {
    let tasks = registries.flatMap(\.sections).filter { !$0.summary.isEmpty }
    let named = Set(tasks.flatMap(\.registries))
    let rest = registries.filter { registry in
      !registry.declarations.isEmpty && !named.contains(registry.title)
        && !registry.sections.contains { !$0.summary.isEmpty }
    }
    return tasks.map(topic(of:)) + rest.map(Topic.init)
  }

  /// A task, a kind of value or a family by its title, whatever the letters' size.
  public func topic(named name: String) -> Topic? {
    let name = name.lowercased()
    let tasks = topics
    if let topic = (tasks + tasks.flatMap(\.kinds)).first(where: { $0.name == name }) {
      return topic
    }
    if let registry = registries.first(where: { $0.title.lowercased() == name }) {
      return Topic(registry)
    }
    let families = registries.flatMap(\.sections).filter { !$0.title.isEmpty }
    return families.first { $0.title.lowercased() == name }.map(topic(of:))
  }

  /// The narrowest topic that an entry stands under.
  public func topic(of declaration: Declaration) -> Topic? {
    for registry in registries {
      for section in registry.sections
      where section.declarations.contains(where: { $0.name == declaration.name }) {
        return section.title.isEmpty ? Topic(registry) : topic(of: section)
      }
    }
    return nil
  }

  private func topic(of section: Registry.Section) -> Topic {
    let kinds = section.registries.compactMap { title in
      registries.first { $0.title == title }.map(Topic.init)
    }
    return Topic(
      title: section.title, summary: section.summary, sections: [section], kinds: kinds)
  }
}

extension Topic {
  fileprivate init(_ registry: Registry) {
    self.init(title: registry.title, summary: "", sections: registry.sections, kinds: [])
  }
}

/// What `help "look inside"` shows: each entry with what it does, and where to go on.
public func helpText(for topic: Topic, style: Style) -> Display {
  let width = max(40, style.width)
  var lines = wrapped(
    topic.summary.isEmpty ? topic.title : "\(topic.title). \(topic.summary)", width: width)
  var markdown = ["**\(topic.title)** \(topic.summary)"]
  for section in topic.sections {
    lines.append("")
    if topic.sections.count > 1 {
      lines.append(section.title)
      markdown.append("*\(section.title)*")
    }
    lines += table(section.declarations.map { ($0.name, $0.summary) }, width: width)
    markdown.append(
      section.declarations.map { "* `\($0.name)`: \($0.summary)" }.joined(separator: "\n"))
  }
  for kind in topic.kinds {
    lines.append("")
    lines += wrapped(names(of: kind), width: width)
    markdown.append(names(of: kind, quote: { "`\($0)`" }))
  }
  lines += ["", "help NAME explains one"]
  return Display(
    lines.joined(separator: "\n"),
    forms: [.init("text/markdown", markdown.joined(separator: "\n\n"))])
}

/// What `help` alone shows: the tasks with their commands, what they are done with, and how to ask
/// for more.
public func helpOverview(of library: Library, style: Style) -> Display {
  let width = max(40, style.width)
  var lines: [String] = []
  var markdown: [String] = []
  for topic in library.topics {
    let code = { (name: String) in "`\(name)`" }
    lines += wrapped(
      topic.summary.isEmpty ? topic.name : "\(topic.name): \(lowerFirst(topic.summary))",
      width: width)
    var parts = [topic.declarations.map(\.name).joined(separator: " ")]
    var rich = [topic.declarations.map { code($0.name) }.joined(separator: " ")]
    for kind in topic.kinds {
      parts.append(names(of: kind))
      rich.append(names(of: kind, quote: code))
    }
    lines += parts.flatMap { wrapped($0, width: width - 2) }.map { "  " + $0 }
    let title = topic.summary.isEmpty ? topic.title : "\(topic.title)** — **\(topic.summary)"
    markdown.append("**\(title)**  \n" + rich.joined(separator: "  \n"))
  }
  let more = [
    "help NAME or NAME? explains one, with examples", "help TASK, help losses: one line each",
    "help \"words\" searches; list \"res*\" finds names",
  ]
  let code = [
    "`help NAME` or `NAME?` explains one, with examples",
    "`help TASK`, `help losses`: one line each",
    "`help \"words\"` searches; `list \"res*\"` finds names",
  ]
  return Display(
    (lines + [""] + more).joined(separator: "\n"),
    forms: [
      .init(
        "text/markdown", (markdown + [code.joined(separator: "; ") + "."]).joined(separator: "\n\n")
      )
    ])
}

/// A kind of values in a line: "losses: ce kd dkd", of many the first and how many more.
private func names(of kind: Topic, quote: (String) -> String = { $0 }) -> String {
  let all = kind.declarations.map(\.name)
  let shown = all.count > 40 ? Array(all.prefix(8)) : all
  let more =
    all.count > 40 ? " … \(all.count - shown.count) more: " + quote("help \(kind.name)") : ""
  return "\(kind.name): " + shown.map(quote).joined(separator: " ") + more
}

private func lowerFirst(_ text: String) -> String {
  text.prefix(1).lowercased() + text.dropFirst()
}
