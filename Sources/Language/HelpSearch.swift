public import Catalog

/// Declarations that a person might mean by some words, the best first.
///
/// A word counts most in a name, less in keywords and the summary, least in arguments and details;
/// all words must be found, or any where no declaration has all.
public func declarations(matching words: String, in library: Library) -> [Declaration] {
  let wanted = words.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(stem)
  guard !wanted.isEmpty else { return [] }
  var all: [(score: Int, declaration: Declaration)] = []
  var some: [(score: Int, declaration: Declaration)] = []
  for declaration in library.declarations {
    let scores = wanted.map { score($0, declaration) }
    let total = scores.reduce(0, +)
    if total == 0 { continue }
    if scores.allSatisfy({ $0 > 0 }) {
      all.append((total, declaration))
    } else {
      some.append((total, declaration))
    }
  }
  let found = all.isEmpty ? some : all
  return found.sorted {
    ($1.score, $0.declaration.name) < ($0.score, $1.declaration.name)
  }.map(\.declaration)
}

/// Tasks, kinds of values and families whose title or sentence has the words.
private func topics(matching words: String, in library: Library) -> [Topic] {
  let wanted = words.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(stem)
  guard !wanted.isEmpty else { return [] }
  let tasks = library.topics
  return (tasks + tasks.flatMap(\.kinds)).filter { topic in
    let text = "\(topic.title) \(topic.summary)"
    return wanted.allSatisfy { has(text, $0) }
  }
}

/// What `help "words"` shows: entries and tasks, the best first.
public func searchHelp(_ words: String, in library: Library, style: Style) -> Display {
  let found = declarations(matching: words, in: library)
  let tasks = topics(matching: words, in: library)
  guard !found.isEmpty || !tasks.isEmpty else {
    let near = nearest(to: words, among: library.names)
    let advice = near.map { ": did you mean '\($0)'?" } ?? "; 'help' lists all there is"
    return Display("nothing is found for '\(shortened(oneLine(words)))'" + advice)
  }
  let shown = Array(found.prefix(20))
  let width = max(40, style.width)
  var lines: [String] = []
  var markdown: [String] = []
  for task in tasks {
    let names = task.declarations.map(\.name)
    let some = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    let call = task.name.contains(" ") ? "help \"\(task.name)\"" : "help \(task.name)"
    lines += wrapped("\(call): \(some)", width: width)
    markdown.append("* `\(call)`: \(some)")
  }
  if !lines.isEmpty, !shown.isEmpty { lines.append("") }
  lines += table(shown.map { ($0.name, $0.summary) }, width: width, indent: 0)
  markdown += shown.map { "* `\($0.name)`: \($0.summary)" }
  if found.count > shown.count {
    lines.append("… and \(found.count - shown.count) more")
    markdown.append("* … and \(found.count - shown.count) more")
  }
  return Display(
    lines.joined(separator: "\n"),
    forms: [.init("text/markdown", markdown.joined(separator: "\n"))])
}

/// A word without its plural ending, so that "losses" finds a loss.
private func stem(_ word: Substring) -> String {
  if word.count > 4, word.hasSuffix("es") { return String(word.dropLast(2)) }
  if word.count > 3, word.hasSuffix("s"), !word.hasSuffix("ss") { return String(word.dropLast()) }
  return String(word)
}

private func score(_ word: String, _ declaration: Declaration) -> Int {
  var score = 0
  for name in [declaration.name] + declaration.aliases {
    let name = name.lowercased()
    if name == word { score += 100 } else if name.contains(word) { score += 20 }
  }
  if declaration.keywords.contains(where: { $0.lowercased().contains(word) }) { score += 12 }
  if declaration.returns?.contains(word) == true { score += 6 }
  if has(declaration.summary, word) { score += 10 }
  for argument in declaration.arguments {
    if argument.name.lowercased() == word { score += 8 }
    if has(argument.summary, word) { score += 4 }
    if argument.choices.contains(where: { $0.lowercased().contains(word) }) { score += 4 }
  }
  if has(declaration.details, word) { score += 2 }
  return score
}

/// Whether a word of a text begins with these letters.
private func has(_ text: String, _ start: String) -> Bool {
  text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }
    .contains { $0.hasPrefix(start) }
}

extension String {
  /// `contains` of the standard library takes a character; this takes a text.
  fileprivate func contains(_ text: String) -> Bool {
    firstRange(of: text) != nil
  }

  private func firstRange(of text: String) -> Range<Index>? {
    guard let first = text.first else { return startIndex..<startIndex }
    var index = startIndex
    while let start = self[index...].firstIndex(of: first) {
      if self[start...].hasPrefix(text) {
        return start..<self.index(start, offsetBy: text.count)
      }
      index = self.index(after: start)
    }
    return nil
  }
}
