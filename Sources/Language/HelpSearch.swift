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

/// What `help "words"` shows.
public func searchHelp(_ words: String, in library: Library, style: Style) -> Display {
  let found = declarations(matching: words, in: library)
  guard !found.isEmpty else {
    let near = nearest(to: words, among: library.names)
    let advice = near.map { ": did you mean '\($0)'?" } ?? "; 'help' lists all there is"
    return Display("nothing is found for '\(shortened(oneLine(words)))'" + advice)
  }
  let shown = Array(found.prefix(20))
  var lines = table(shown.map { ($0.name, $0.summary) }, width: max(40, style.width), indent: 0)
  var markdown = shown.map { "* `\($0.name)`: \($0.summary)" }
  if found.count > shown.count {
    lines.append("… and \(found.count - shown.count) more")
    markdown.append("* … and \(found.count - shown.count) more")
  }
  return Display(
    lines.joined(separator: "\n"),
    forms: [.init("text/markdown", markdown.joined(separator: "\n"))])
}

/// What `help` alone shows: all names under their headings, and how to ask for more.
public func helpOverview(of library: Library, style: Style) -> Display {
  var lines: [String] = []
  var markdown: [String] = []
  for registry in library.registries where !registry.declarations.isEmpty {
    let names = registry.declarations.map(\.name)
    lines.append(registry.title.lowercased())
    lines += wrapped(names.joined(separator: "  "), width: max(40, style.width) - 2).map {
      "  " + $0
    }
    markdown.append("**\(registry.title)**: " + names.map { "`\($0)`" }.joined(separator: " "))
  }
  let more = "help NAME or NAME? explains one; help \"words\" searches"
  return Display(
    (lines + ["", more]).joined(separator: "\n"),
    forms: [
      .init(
        "text/markdown",
        (markdown + ["`help NAME` or `NAME?` explains one; `help \"words\"` searches."])
          .joined(separator: "\n\n"))
    ])
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
  if declaration.summary.lowercased().contains(word) { score += 10 }
  for argument in declaration.arguments {
    if argument.name.lowercased() == word { score += 8 }
    if argument.summary.lowercased().contains(word) { score += 4 }
    if argument.choices.contains(where: { $0.lowercased().contains(word) }) { score += 4 }
  }
  if declaration.details.lowercased().contains(word) { score += 2 }
  return score
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
