import Catalog
import Foundation
import Lab
import Language
import Testing

@Suite("Help as a person wants it")
struct HelpCommandTests {
  @Test("every command stands under one task, every kind of value under one too")
  func tasksAreWhole() throws {
    let library = Session.library
    let topics = library.topics
    #expect(topics.count >= 12)
    for topic in topics {
      #expect(topic.summary.hasSuffix(".") && topic.summary.count <= 80, "\(topic.title)")
      #expect(library.topic(named: topic.name)?.title == topic.title)
    }
    let entries = topics.flatMap { $0.declarations + $0.kinds.flatMap(\.declarations) }.map(\.name)
    #expect(entries.sorted() == library.declarations.map(\.name).sorted())
    for section in library.registries.flatMap(\.sections) {
      for title in section.registries {
        #expect(library.registries.contains { $0.title == title }, "\(section.title): \(title)")
      }
    }
  }

  @Test("'help' shows each task with its commands")
  func overview() {
    let text = Sitting().run("help")
    let lines = text.split(separator: "\n").map(String.init)
    for topic in Session.library.topics {
      #expect(lines.contains { $0.hasPrefix(topic.name + ": ") }, "\(topic.name)")
    }
    let words = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
    let commands = Session.library.registries.first?.declarations.map(\.name) ?? []
    #expect(commands.count > 50 && words.isSuperset(of: commands))
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.count < 60)
  }

  @Test("'help' takes a task, a kind of value, a family, an entry, a word of the language")
  func names() {
    for (code, expected) in [
      ("help teach", "Teach. Who learns"), ("help \"look inside\"", "Look inside. What each"),
      ("help losses", "Losses"), ("help efficientnet", "EfficientNet"), ("help kd", "kd(T=1"),
      ("help \"kd\"", "kd(T=1"), ("kd?", "kd(T=1"), ("help for", "for NAME in"),
      ("data = 3; help data", "data: number"), ("data = 3; help \"data\"", "Data\n"),
      ("help temperature", "kd  "), ("help \"turn\"", "help \"turn back\": rewind"),
    ] {
      let text = Sitting().run(code)
      #expect(text.hasPrefix(expected), "\(code):\n\(text)")
    }
  }

  @Test("every entry leads on to its task or kind, and names only what there is")
  func links() throws {
    for declaration in Session.library.declarations {
      let text = helpText(for: declaration, in: Session.library, style: Style(width: 100_000)).plain
      let last = text.split(separator: "\n").last.map(String.init) ?? ""
      #expect(last.hasPrefix("Under help "), "\(declaration.name): \(last)")
      let title = try #require(Session.library.topic(of: declaration)).name
      #expect(Session.library.topic(named: title) != nil, "\(title)")
      for name in references(of: declaration, in: Session.library) {
        #expect(Session.library[name] != nil)
      }
    }
  }
}
