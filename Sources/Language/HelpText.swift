public import Catalog

/// Help for a declaration: usage, summary, arguments, details, examples; plain and as Markdown.
///
/// - Parameter library: Where the other entries are that it refers to.
public func helpText(
  for declaration: Declaration, in library: Library? = nil, style: Style
) -> Display {
  let related = library.map { references(of: declaration, in: $0) } ?? []
  let topic = library.flatMap { $0.topic(of: declaration) }
  return Display(
    plainHelp(declaration, related: related, topic: topic, width: max(40, style.width)),
    forms: [.init("text/markdown", markdownHelp(declaration, related: related, topic: topic))])
}

/// Where an entry stands, and what stands beside it: "Under 'turn back': rewind, undo, history."
private func place(
  _ declaration: Declaration, under topic: Topic, quote: (String) -> String, title: String
) -> String {
  let others = topic.declarations.map(\.name).filter { $0 != declaration.name }
  let few = others.count <= 12
  let names = few && !others.isEmpty ? ": " + others.map(quote).joined(separator: ", ") : ""
  return "Under \(title)\(names)."
}

/// The other calls that an entry names in its text or uses in its examples, in alphabetical order.
public func references(of declaration: Declaration, in library: Library) -> [String] {
  let text = ([declaration.summary, declaration.details] + declaration.examples)
    .joined(separator: "\n")
  let words = Set(
    text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
  // Plain words that happen to be names of calls are references only where they are marked as code
  // or called.
  let marked = words.filter { word in
    text.contains("`\(word)`") || text.contains("`\(word) ") || text.contains("\(word)(")
  }
  let own = [declaration.name] + declaration.aliases
  return marked.filter { library[$0] != nil && !own.contains($0) }.sorted()
}

/// One line on what an argument takes: "a number, default 1".
func wants(_ argument: ArgumentInfo) -> String {
  switch argument.collects {
  case .rest: return argument.expected + ", any number of them"
  case .names: return argument.expected
  case .one:
    return argument.expected + (argument.fallback.map { ", default " + $0 } ?? "")
  }
}

private func plainHelp(
  _ declaration: Declaration, related: [String], topic: Topic?, width: Int
) -> String {
  var lines = wrappedUsage(declaration.usage, width: width, indent: "")
  lines += wrapped(declaration.summary, width: width - 2).map { "  " + $0 }
  if !declaration.arguments.isEmpty {
    lines += ["", "arguments"]
    lines += table(
      declaration.arguments.map { ($0.name, sentence($0.summary) + " " + wants($0) + ".") },
      width: width)
  }
  if !declaration.details.isEmpty {
    lines.append("")
    lines += wrapped(declaration.details, width: width)
  }
  if !declaration.examples.isEmpty {
    lines += ["", declaration.examples.count == 1 ? "example" : "examples"]
    lines += declaration.examples.map { "  " + $0 }
  }
  let notes = footnotes(declaration, quote: { $0 })
  var last = notes.isEmpty ? [] : [notes]
  if !related.isEmpty { last.append("See also: " + related.joined(separator: ", ") + ".") }
  if let topic {
    let title = topic.name.contains(" ") ? "help \"\(topic.name)\"" : "help \(topic.name)"
    last.append(place(declaration, under: topic, quote: { $0 }, title: title))
  }
  if !last.isEmpty { lines.append("") }
  for text in last { lines += wrapped(text, width: width) }
  return lines.joined(separator: "\n")
}

/// A summary with its full stop, so that more can follow.
private func sentence(_ text: String) -> String {
  guard let last = text.last, !".!?:".contains(last) else { return text }
  return text + "."
}

private func footnotes(_ declaration: Declaration, quote: (String) -> String) -> String {
  var notes: [String] = []
  if let returns = declaration.returns { notes.append("Makes \(article(returns)).") }
  if !declaration.aliases.isEmpty {
    notes.append("Also called " + declaration.aliases.map(quote).joined(separator: ", ") + ".")
  }
  return notes.joined(separator: " ")
}

/// An entry as Markdown.
///
/// - Parameters:
///   - related: Other entries that it refers to.
///   - topic: What it stands under.
///   - link: How a reference to an entry is written.
///   - linkTopic: How a reference to a topic is written.
public func markdownHelp(
  _ declaration: Declaration, related: [String], topic: Topic?,
  link: (String) -> String = { "`\($0)`" }, linkTopic: (Topic) -> String = { "*\($0.title)*" }
) -> String {
  let code = { (text: String) in "`\(text)`" }
  var parts = ["```athanor\n\(declaration.usage)\n```", declaration.summary]
  if !declaration.arguments.isEmpty {
    var rows = ["| argument | takes | |", "|---|---|---|"]
    for argument in declaration.arguments {
      let cells = [code(argument.name), wants(argument), argument.summary]
      rows.append("| " + cells.map(cell).joined(separator: " | ") + " |")
    }
    parts.append(rows.joined(separator: "\n"))
  }
  if !declaration.details.isEmpty { parts.append(declaration.details) }
  if !declaration.examples.isEmpty {
    parts.append("```athanor\n" + declaration.examples.joined(separator: "\n") + "\n```")
  }
  let notes = footnotes(declaration, quote: code)
  if !notes.isEmpty { parts.append(notes) }
  if !related.isEmpty {
    parts.append("See also: " + related.map(link).joined(separator: ", ") + ".")
  }
  if let topic {
    parts.append(place(declaration, under: topic, quote: link, title: linkTopic(topic)))
  }
  return parts.joined(separator: "\n\n")
}

/// A text that cannot end its table cell.
private func cell(_ text: String) -> String {
  var result = ""
  for character in text {
    if character == "|" {
      result += "\\|"
    } else {
      result.append(character.isNewline ? " " : character)
    }
  }
  return result
}

/// Help for a word of the language; nil if it is none.
public func helpText(forKeyword word: String) -> Display? {
  guard let entry = keywordHelp[word] else { return nil }
  let plain = entry.usage + "\n  " + entry.summary
  let markdown = "```athanor\n\(entry.usage)\n```\n\n\(entry.summary)"
  return Display(plain, forms: [.init("text/markdown", markdown)])
}

/// How each word of the language is used.
let keywordHelp: [String: (usage: String, summary: String)] = [
  "for": (
    "for NAME in VALUES { … }", "Does the block once for each element of a list or range."
  ),
  "in": ("for NAME in VALUES { … }", "Names the list or range that a 'for' runs over."),
  "if": (
    "if CONDITION { … } else if CONDITION { … } else { … }",
    "Does the first block whose condition is true."
  ),
  "else": ("if CONDITION { … } else { … }", "The block for when no condition is true."),
  "def": (
    "def NAME(a, b=2) { … return VALUE }",
    "Defines a function: it reads the session's variables and changes only its own."
  ),
  "return": ("return VALUE", "Ends a function; its call has this value."),
  "and": ("a and b", "True if both are; b is not looked at if a is false."),
  "or": ("a or b", "True if one is; b is not looked at if a is true."),
  "not": ("not a", "True if a is false."),
  "true": ("true", "What a comparison that holds gives."),
  "false": ("false", "What a comparison that does not hold gives."),
  "none": ("none", "The value that stands for none; it is not shown."),
]
