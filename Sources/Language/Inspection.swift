public import Catalog

/// What stands at the cursor, to be explained.
public enum Inspection {
  /// A declaration; the argument where the cursor stands in one.
  case declaration(Declaration, argument: ArgumentInfo?)
  /// A variable or a chain of members, as written, and its value.
  case value(name: String, Value)
  case keyword(String)
}

extension Evaluator {
  /// What stands at the cursor: a name, a member, the name of an argument, a word of the language;
  /// else the call that the cursor stands in; nil if there is nothing to explain.
  public func inspect(_ code: String, at cursor: Int) -> Inspection? {
    let source = SourceText(code)
    let cursor = min(max(0, cursor), source.count)
    // The word goes on behind the cursor.
    var end = cursor
    while end < source.count, source.scalars[end].continuesName { end += 1 }
    let context = CursorContext(code, at: end)
    if let found = inspectWord(context, next: Self.next(source, end)) { return found }
    guard let declaration = callable(at: context) as? Declaration else { return nil }
    return .declaration(declaration, argument: expectedArguments(context).first)
  }

  /// The first character behind the blanks at an offset.
  private static func next(_ source: SourceText, _ offset: Int) -> Unicode.Scalar? {
    var index = offset
    while index < source.count, source.scalars[index].isBlank { index += 1 }
    return index < source.count ? source.scalars[index] : nil
  }

  private func inspectWord(_ context: CursorContext, next: Unicode.Scalar?) -> Inspection? {
    guard let token = context.tokens.last, context.word == token.span else { return nil }
    let name = context.source[token.span]
    switch context.place {
    case .string: return nil
    case .member:
      let index = context.tokens.count - 1
      if case .value(let value) = guess(context.tokens, index, context.source) {
        return inspection(of: value, name)
      }
      return library[name].map { .declaration($0, argument: nil) }
    default: break
    }
    if token.kind.isKeyword { return .keyword(name) }
    guard token.kind == .name else { return nil }
    if next == "=", let declaration = callable(at: context) as? Declaration,
      let argument = declaration.argument(label: name, position: 0)
    {
      return .declaration(declaration, argument: argument)
    }
    if let value = value(of: name) { return inspection(of: value, name) }
    return library[name].map { .declaration($0, argument: nil) }
  }

  private func inspection(of value: Value, _ name: String) -> Inspection {
    if case .function(let function) = value, let declaration = function as? Declaration {
      return .declaration(declaration, argument: nil)
    }
    return .value(name: name, value)
  }
}
