import Conversation

/// Lays what a session offers over the word that readline replaces.
///
/// Readline replaces the bytes from the start of what it takes for a word up to the cursor. A
/// session says for itself which part of the input its items replace.
struct WordCompletion {
  /// What readline puts into the line, and for what item.
  var matches: [(text: String, item: Completion)] = []
  /// The longest text all matches start with, never shorter than what is typed.
  var common = ""

  /// Nothing to offer.
  init() {}

  /// - Parameters:
  ///   - line: The line up to the cursor.
  ///   - start: Byte offset in the line where readline's word starts.
  ///   - offset: Code points of the input before this line.
  init(_ completions: Completions, line: String, start: Int, offset: Int) {
    let scalars = Array(line.unicodeScalars)
    let word = WordCompletion.scalarIndex(ofByte: start, in: scalars)
    let from = completions.range.lowerBound - offset
    let typed = Array(scalars[word...])
    // An item that starts in an earlier line, or behind the cursor, cannot be laid over the word.
    guard from >= 0, from <= scalars.count else { return }
    for item in completions.items {
      let text = Array(item.text.unicodeScalars)
      if from >= word {
        append(Array(scalars[word..<from]) + text, item)
      } else if text.starts(with: scalars[from..<word]) {
        append(Array(text.dropFirst(word - from)), item)
      }
    }
    guard var prefix = matches.first.map({ Array($0.text.unicodeScalars) }) else { return }
    for (text, _) in matches {
      prefix = Array(zip(prefix, text.unicodeScalars).prefix { $0 == $1 }.map(\.0))
    }
    let isLonger = prefix.count >= typed.count
    common = String(String.UnicodeScalarView(isLonger || matches.count == 1 ? prefix : typed))
  }

  private mutating func append(_ scalars: [Unicode.Scalar], _ item: Completion) {
    let text = String(String.UnicodeScalarView(scalars))
    guard !scalars.contains("\0"), !matches.contains(where: { $0.text == text }) else { return }
    matches.append((text, item))
  }

  private static func scalarIndex(ofByte offset: Int, in scalars: [Unicode.Scalar]) -> Int {
    var bytes = 0
    for (index, scalar) in scalars.enumerated() {
      if bytes >= offset { return index }
      bytes += UTF8.width(scalar)
    }
    return scalars.count
  }
}
