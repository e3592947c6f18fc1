import Catalog
import Language

/// Everything that can be called, as the pages of a book in Markdown: written from the declarations,
/// so that it says what the program does.
public enum Reference {
  /// One page after another: what there is, then a page a heading.
  public static var pages: [String] {
    [cover] + Session.library.registries.filter { !$0.declarations.isEmpty }.map(page)
  }

  private static var cover: String {
    let contents = Session.library.topics.map { topic in
      let kinds = topic.kinds.map { "\(link($0)): \(names($0))" }
      return (["**\(link(topic))** — \(topic.summary)  \n\(names(topic))"] + kinds)
        .joined(separator: "  \n")
    }
    return """
      # Reference

      Everything that can be called, by task, written by `athanor reference` from the program \
      itself; `help` shows the same inside, `help NAME` an entry, `help "words"` searches. \
      Arguments go by position or by name; a command may leave its parentheses out.

      \(contents.joined(separator: "\n\n"))
      """
  }

  private static func names(_ topic: Topic) -> String {
    topic.declarations.map { link($0.name) }.joined(separator: " · ")
  }

  private static func page(_ registry: Registry) -> String {
    let parts = registry.sections.map { section in
      let heading =
        section.title.isEmpty
        ? [] : ["\(anchor("topic_" + slug(section.title)))\n### \(section.title)", section.summary]
      return (heading.filter { !$0.isEmpty } + entries(section)).joined(separator: "\n\n")
    }
    let heading = "\(anchor("topic_" + slug(registry.title)))\n## \(registry.title)"
    return ([heading] + parts).joined(separator: "\n\n")
  }

  /// Each entry by itself; those that take the same as the one before, in a table behind it.
  private static func entries(_ section: Registry.Section) -> [String] {
    var parts: [String] = []
    var last: Declaration?
    var alike: [Declaration] = []
    func close() {
      guard !alike.isEmpty else { return }
      let rows = alike.map { "| \(anchor($0.name))`\($0.name)` | \($0.summary) |" }
      parts.append((["| alike | |", "|---|---|"] + rows).joined(separator: "\n"))
      alike = []
    }
    for declaration in section.declarations {
      if let last, takesTheSame(declaration, as: last) {
        alike.append(declaration)
        continue
      }
      close()
      let related = references(of: declaration, in: Session.library)
      parts.append("\(anchor(declaration.name))\n#### \(declaration.name)")
      parts.append(
        markdownHelp(
          declaration, related: related, topic: Session.library.topic(of: declaration), link: link,
          linkTopic: link))
      last = declaration
    }
    close()
    return parts
  }

  private static func takesTheSame(_ one: Declaration, as other: Declaration) -> Bool {
    !one.arguments.isEmpty && one.details == other.details && one.returns == other.returns
      && one.arguments.map(\.name) == other.arguments.map(\.name)
      && one.arguments.map(\.fallback) == other.arguments.map(\.fallback)
  }

  private static func anchor(_ name: String) -> String { "<a id=\"\(name)\"></a>" }
  private static func link(_ name: String) -> String { "[`\(name)`](#\(name))" }
  private static func link(_ topic: Topic) -> String {
    "[\(topic.title)](#topic_\(slug(topic.title)))"
  }
  /// A title as the name of an anchor: "look_inside".
  private static func slug(_ title: String) -> String {
    String(title.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
  }
}
