import Catalog

extension Evaluator {
  /// The value of a variable as seen from here: of a comprehension, the function, the session.
  func variable(_ name: String) -> Value? {
    if !frame.bindings.isEmpty, let value = frame.binding(name) { return value }
    if frame.function != nil, let value = frame.locals[name] { return value }
    return globals[name]
  }

  func setVariable(_ name: String, to value: Value) {
    if frame.function != nil { frame.locals[name] = value } else { globals[name] = value }
  }

  /// The value of a name: a variable's, or a declaration as a function.
  func value(_ name: String, at span: Span) throws(Diagnostic) -> Value {
    if let value = variable(name) { return value }
    if let declaration = library[name] { return .function(declaration) }
    throw unknown(name, at: span)
  }

  /// What a call of a name calls. A variable that cannot be called does not hide a declaration.
  func callable(_ name: String, at span: Span) throws(Diagnostic) -> any Callable {
    let value = variable(name)
    if case .function(let function)? = value { return function }
    if let declaration = library[name] { return declaration }
    guard let value else { throw unknown(name, at: span) }
    throw fail(
      Failure(.type, "'\(name)' is \(article(value.kind)) and cannot be called"), at: span)
  }

  func unknown(_ name: String, at span: Span) -> Diagnostic {
    let near = nearest(to: name, among: visibleNames)
    return fail(
      Failure(
        .name, "unknown name '\(shortened(name))'", advice: near.map { "did you mean '\($0)'?" }),
      at: span)
  }

  /// Everything that a name here could mean, variables first.
  private var visibleNames: [String] {
    frame.bindings.map(\.name) + frame.locals.names + globals.names + library.names
      + TokenKind.keywords.keys.sorted()
  }
}

/// A name for an error text: hostile input has long ones.
func shortened(_ name: String) -> String {
  name.count <= 40 ? name : name.prefix(39) + "…"
}
