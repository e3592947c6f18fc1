import Catalog
import Conversation
import Language

enum Help {
  static let declaration: Declaration = .command(
    "help", "Explains a name or a task, searches for words, or shows what there is.",
    details: """
      `help` alone shows the tasks and what each is done with, `help teach` or \
      `help "look inside"` one of them, `help losses` a kind of values, `help kd` an entry with \
      arguments and examples, `help "temperature"` searches; `kd?` is the same as `help kd`.
      """,
    Argument("about", "A name, a task, or words to search for.", default: Mention?.none),
    examples: ["help", "help teach", "help \"look inside\"", "help kd", "help \"temperature\""],
    keywords: ["documentation", "manual", "tasks", "topics"]
  ) { session, about in
    session.emit(.page(try session.help(on: about)))
    return Value.none
  }
}

extension Session {
  /// What `help` shows for a name, a value or words.
  func help(on about: Mention?) throws -> Display {
    switch about {
    case nil, .value(.none)?: return helpOverview(of: Session.library, style: style)
    case .name(let name)?:
      if let page = page(for: name) ?? topic(name) { return page }
      let near = nearest(to: name, among: Session.library.names + evaluator.variables.map(\.name))
      let isFound = !declarations(matching: name, in: Session.library).isEmpty
      if near == nil, isFound { return searchHelp(name, in: Session.library, style: style) }
      throw Failure(
        .name, "there is nothing called '\(name)'",
        advice: near.map { "did you mean '\($0)'?" } ?? "help \"words\" searches")
    case .value(.function(let function))?:
      return page(for: function.name) ?? Display(function.usage)
    case .value(.string(let words))?:
      // A task comes before a variable of its name: `help "data"`.
      return Session.library[words].flatMap { _ in page(for: words) } ?? topic(words)
        ?? page(for: words) ?? searchHelp(words, in: Session.library, style: style)
    case .value(let value)?: return describe(value)
    }
  }

  private func topic(_ name: String) -> Display? {
    Session.library.topic(named: name).map { helpText(for: $0, style: style) }
  }

  private func page(for name: String) -> Display? {
    if let declaration = Session.library[name] {
      return helpText(for: declaration, in: Session.library, style: style)
    }
    if let value = evaluator.value(of: name) { return describe(value, name: name) }
    return helpText(forKeyword: name)
  }

  /// A variable's kind, form and members.
  private func describe(_ value: Value, name: String? = nil) -> Display {
    var lines = [(name.map { "\($0): " } ?? "") + value.kind, value.line(quoted: true)]
    if case .object(let object) = value, !object.memberNames.isEmpty {
      lines.append("members: " + object.memberNames.joined(separator: ", "))
    }
    return Display(lines.joined(separator: "\n"))
  }

  /// What stands at a cursor, in one line or whole.
  func describe(_ found: Inspection?, detailed: Bool) -> Display? {
    switch found {
    case nil: nil
    case .declaration(let declaration, _)?:
      detailed
        ? helpText(for: declaration, in: Session.library, style: style)
        : Display(declaration.usage + "\n" + declaration.summary)
    case .value(let name, let value)?: describe(value, name: name)
    case .keyword(let word)?: helpText(forKeyword: word)
    }
  }
}
