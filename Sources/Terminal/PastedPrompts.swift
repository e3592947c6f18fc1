/// Makes inputs of text that was copied from a transcript or another session.
enum PastedPrompts {
  /// If the first line starts with a prompt, only the lines with prompts, without them; what was
  /// printed between them goes. Any other text stays as it is.
  static func removed(from text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, input(first) != nil, lines.count > 1 || first.hasPrefix(">>> ")
    else { return text }
    return lines.compactMap { input($0) ?? continuation($0) }.joined(separator: "\n")
  }

  private static func input(_ line: Substring) -> Substring? {
    if line.hasPrefix(">>> ") { return line.dropFirst(4) }
    guard line.hasPrefix("athanor["), let end = line.firstIndex(of: "]") else { return nil }
    let rest = line[end...]
    guard rest.hasPrefix("]> ") else { return nil }
    return rest.dropFirst(3)
  }

  private static func continuation(_ line: Substring) -> Substring? {
    if line.hasPrefix("... ") { return line.dropFirst(4) }
    let rest = line.drop { $0 == " " }
    return rest.hasPrefix("...> ") ? rest.dropFirst(5) : nil
  }
}
