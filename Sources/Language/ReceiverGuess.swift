import Catalog

/// What is known of the expression before a point without calling anything.
enum ReceiverGuess {
  case value(Value)
  /// Only its kind: what a declaration says it makes.
  case kind(String)
  case unknown
}

extension Evaluator {
  /// Looks at the tokens that end at `index`: names, members, whole-number indices, literals, and
  /// calls by what their declarations say.
  func guess(_ tokens: [Token], _ index: Int, _ source: SourceText, depth: Int = 0)
    -> ReceiverGuess
  {
    guard tokens.indices.contains(index), depth < 32 else { return .unknown }
    let token = tokens[index]
    let text = source[token.span]
    switch token.kind {
    case .number: return Literal.number(text).map { .value(.number($0)) } ?? .unknown
    case .string:
      return (try? Literal.string(source, token.span)).map { .value(.string($0)) } ?? .unknown
    case .name:
      guard index > 0, tokens[index - 1].kind == .dot else {
        return value(of: text).map { .value($0) }
          ?? library[text].map { .value(.function($0)) } ?? .unknown
      }
      guard
        case .value(.object(let object)) = guess(tokens, index - 2, source, depth: depth + 1),
        let member = try? object.member(text)
      else { return .unknown }
      return .value(member)
    case .closeBracket: return guessElement(tokens, index, source, depth)
    case .closeParenthesis:
      guard let open = opening(of: index, in: tokens), open > 0, tokens[open - 1].kind == .name,
        let kind = library[source[tokens[open - 1].span]]?.returns
      else { return .unknown }
      return .kind(kind)
    default: return .unknown
    }
  }

  private func guessElement(
    _ tokens: [Token], _ index: Int, _ source: SourceText, _ depth: Int
  ) -> ReceiverGuess {
    guard let open = opening(of: index, in: tokens) else { return .unknown }
    guard open > 0, tokens[open - 1].kind.endsOperand else { return .kind("list") }
    let inner = tokens[(open + 1)..<index]
    guard let last = inner.last, last.kind == .number, inner.count <= 2,
      inner.count == 1 || inner.first?.kind == .minus,
      let number = Literal.number(source[last.span]),
      case .value(let value) = guess(tokens, open - 1, source, depth: depth + 1),
      let elements = Elements(value),
      let place = try? place(
        of: .number(inner.count == 1 ? number : -number), count: elements.count, in: ""),
      let element = try? elements.element(place)
    else { return .unknown }
    return .value(element)
  }

  /// The index of the bracket that the one at `index` closes.
  private func opening(of index: Int, in tokens: [Token]) -> Int? {
    var depth = 0
    for place in stride(from: index, through: 0, by: -1) {
      if tokens[place].kind.isClosing { depth += 1 }
      if tokens[place].kind.closing != nil {
        depth -= 1
        if depth == 0 { return place }
      }
    }
    return nil
  }
}
