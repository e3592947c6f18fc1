public import Catalog

extension Evaluator {
  /// The value of a text that is one expression, with names of its own beside the session's.
  public func evaluate(
    _ source: SourceText, with bindings: [(name: String, value: Value)]
  ) throws(Diagnostic) -> Value {
    let program = try parse(source)
    guard program.statements.count == 1, case .expression(let node) = program.statements[0].kind
    else {
      let failure = Failure(.syntax, "this is not one expression")
      throw Diagnostic(failure, in: source, at: Span(0, source.count))
    }
    let outer = frame
    frame = Frame(source: source, caller: outer)
    frame.bindings = bindings
    defer { frame = outer }
    return try bareValue(node)
  }

  /// Calls a function that a command was given.
  public func invoke(
    _ function: any Callable, _ given: [GivenArgument]
  ) throws(Diagnostic) -> Value {
    try call(function, given, CallSite(receiver: nil, nodes: [], span: Span(0, 0)))
  }

  /// Names of the arguments of a function made by `def`, in order; nil for anything else.
  public func parameterNames(of function: any Callable) -> [String]? {
    (function as? UserFunction)?.parameters.map(\.name)
  }

  /// The text that a function made by `def` stands in; nil for anything else.
  public func text(of function: any Callable) -> String? {
    (function as? UserFunction).map { $0.source[Span(0, $0.source.count)] }
  }
}
