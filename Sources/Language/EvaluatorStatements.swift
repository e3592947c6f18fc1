import Catalog

/// How a statement ended.
enum Flow {
  case next
  /// A `return` was reached.
  case returned(Value)
}

extension Evaluator {
  func execute(_ statements: [Statement]) throws(Diagnostic) -> Flow {
    for statement in statements {
      let flow = try execute(statement)
      if case .returned = flow { return flow }
    }
    return .next
  }

  func execute(_ statement: Statement) throws(Diagnostic) -> Flow {
    try enter(at: statement.span)
    defer { depth -= 1 }
    switch statement.kind {
    case .branch: return try choose(statement)
    case .loop: return try loop(statement)
    case .return: return .returned(try result(statement))
    default:
      try act(statement)
      return .next
    }
  }

  private func act(_ statement: Statement) throws(Diagnostic) {
    switch statement.kind {
    case .expression(let node): _ = try bareValue(node)
    case .help(let target): _ = try help(target, at: statement.span)
    case .assign(let target, let value): try assign(target, try evaluate(value))
    case .define(let node): try define(node)
    default: return
    }
  }

  private func result(_ statement: Statement) throws(Diagnostic) -> Value {
    guard case .return(let node?) = statement.kind else { return .none }
    return try evaluate(node)
  }

  /// Counts a level of nesting.
  func enter(at span: Span) throws(Diagnostic) {
    guard depth < Self.maximalDepth else {
      throw fail(Failure(.state, "calls and blocks are nested too deep"), at: span)
    }
    depth += 1
  }

  /// The value of an expression that is a statement: a bare name of something callable calls it.
  func bareValue(_ node: Expression) throws(Diagnostic) -> Value {
    guard case .name(let name) = node.kind else { return try evaluate(node) }
    if let value = variable(name) {
      guard case .function(let function) = value else { return value }
      return try call(function, receiver: nil, [], at: node.span)
    }
    return try call(try callable(name, at: node.span), receiver: nil, [], at: node.span)
  }

  private func choose(_ statement: Statement) throws(Diagnostic) -> Flow {
    guard case .branch(let branches, let otherwise) = statement.kind else { return .next }
    for branch in branches where try truth(of: branch.condition, in: "if") {
      return try execute(branch.body)
    }
    guard let otherwise else { return .next }
    return try execute(otherwise)
  }

  private func loop(_ statement: Statement) throws(Diagnostic) -> Flow {
    guard case .loop(let variable, let sequence, let body) = statement.kind else { return .next }
    let elements = try elements(of: sequence)
    for index in 0..<elements.count {
      try step(variable, to: index, of: elements, at: sequence.span)
      let flow = try execute(body)
      if case .returned = flow { return flow }
    }
    return .next
  }

  /// Gives the variable of a loop its next value.
  private func step(
    _ variable: Identifier, to index: Int, of elements: Elements, at span: Span
  ) throws(Diagnostic) {
    try checkInterruption(at: span)
    do {
      setVariable(variable.name, to: try elements.element(index))
    } catch {
      throw diagnostic(error, at: span)
    }
  }

  /// What `for` runs over.
  func elements(of sequence: Expression) throws(Diagnostic) -> Elements {
    let value = try evaluate(sequence)
    if let elements = Elements(value) { return elements }
    var advice: String?
    if case .number = value { advice = "a range is written 1..10" }
    throw fail(
      Failure(.type, "'for' needs a list or a range, got \(short(value))", advice: advice),
      at: sequence.span)
  }

  private func define(_ node: FunctionNode) throws(Diagnostic) {
    var parameters: [UserFunction.Parameter] = []
    for parameter in node.parameters {
      let fallback = try parameter.fallback.map(evaluate)
      parameters.append(.init(name: parameter.identifier.name, fallback: fallback))
    }
    let function = UserFunction(
      name: node.identifier.name, parameters: parameters, body: node.body, source: frame.source)
    setVariable(node.identifier.name, to: .function(function))
  }

  /// `name?` is `help name`.
  func help(_ target: HelpTarget, at span: Span) throws(Diagnostic) -> Value {
    guard let help = library["help"] else {
      throw fail(Failure(.name, "there is no help here"), at: span)
    }
    let subject: Value
    switch target {
    case .keyword(let word): subject = .object(MentionedName(name: word))
    case .expression(let node):
      if case .name(let name) = node.kind {
        subject = .object(MentionedName(name: name))
      } else {
        subject = try evaluate(node)
      }
    }
    do {
      return try help.call([GivenArgument(subject)], context)
    } catch {
      throw diagnostic(error, at: span)
    }
  }
}
