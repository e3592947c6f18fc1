/// Reads statements by recursive descent; the grammar is in its methods.
///
/// Only brackets and braces recurse, and their nesting is bounded by the lexer.
public struct Parser {
  let source: SourceText
  private let lexed: Lexed
  private var index = 0
  private var isInFunction = false

  private init(_ source: SourceText) {
    self.source = source
    lexed = Lexer.tokens(of: source)
  }

  /// The program that a text is.
  public static func parse(_ source: SourceText) throws(SyntaxError) -> Program {
    var parser = Parser(source)
    let statements = try parser.statements(until: .end)
    return Program(source: source, statements: statements)
  }

  // MARK: Tokens

  var current: Token { lexed.tokens[index] }

  var following: Token { token(after: 1) }

  /// The token so many places on; the last one behind the end.
  func token(after places: Int) -> Token {
    lexed.tokens[min(index + places, lexed.tokens.count - 1)]
  }

  /// The token before the current one.
  var previous: Token { lexed.tokens[max(0, index - 1)] }

  mutating func advance() -> Token {
    let token = lexed.tokens[index]
    if index + 1 < lexed.tokens.count { index += 1 }
    return token
  }

  mutating func accept(_ kind: TokenKind) -> Bool {
    guard current.kind == kind else { return false }
    _ = advance()
    return true
  }

  mutating func expect(_ kind: TokenKind, _ what: String) throws(SyntaxError) -> Token {
    guard current.kind == kind else { throw unexpected(wanted: what) }
    return advance()
  }

  func text(of token: Token) -> String { source[token.span] }

  mutating func identifier(_ what: String) throws(SyntaxError) -> Identifier {
    if current.kind.isKeyword {
      throw SyntaxError(
        "'\(text(of: current))' is a word of the language and cannot be a name", at: current.span)
    }
    let token = try expect(.name, what)
    return Identifier(name: text(of: token), span: token.span)
  }

  /// The error for a token that cannot stand here.
  func unexpected(wanted: String? = nil, advice: String? = nil) -> SyntaxError {
    let token = current
    switch token.kind {
    case .failure:
      return lexed.failure ?? SyntaxError("the text cannot be read", at: token.span)
    case .end:
      return unfinished(wanted: wanted, advice: advice)
    case .newline:
      let end = Span(token.start, token.start)
      return SyntaxError(
        "the line ends where \(wanted ?? "more") is needed", advice: advice, at: end)
    default:
      let word = quoted(token)
      let message = wanted.map { "expected \($0), got \(word)" } ?? "unexpected \(word)"
      return SyntaxError(message, advice: advice, at: token.span)
    }
  }

  /// The text ends too early: incomplete if a bracket is open or an operator waits.
  private func unfinished(wanted: String?, advice: String?) -> SyntaxError {
    if let open = lexed.open.last {
      return SyntaxError(
        "'\(text(of: open))' is never closed", at: open.span, isIncomplete: true)
    }
    let last = index > 0 ? lexed.tokens[index - 1] : nil
    let waits = last?.kind.continuesLine ?? false
    let place = last.map { waits ? $0.span : Span($0.end, $0.end) } ?? current.span
    return SyntaxError(
      "the input ends where \(wanted ?? "more") is needed", advice: advice, at: place,
      isIncomplete: waits)
  }

  private func quoted(_ token: Token) -> String {
    let text = text(of: token)
    switch token.kind {
    case .string: return "a string"
    case _ where text.count > 40: return "'\(text.prefix(39))…'"
    default: return "'\(text)'"
    }
  }

  // MARK: Statements

  private mutating func statements(until closing: TokenKind) throws(SyntaxError) -> [Statement] {
    var statements: [Statement] = []
    while true {
      while current.kind == .newline || current.kind == .semicolon { _ = advance() }
      if current.kind == closing { return statements }
      var statement = try statement()
      switch current.kind {
      case .semicolon:
        _ = advance()
        statement.isMuted = current.kind == .newline || current.kind == closing
      case .newline, closing: break
      default: throw misplaced(after: statement)
      }
      statements.append(statement)
    }
  }

  /// A statement is over, but its line goes on.
  private func misplaced(after statement: Statement) -> SyntaxError {
    let token = current
    switch (statement.kind, token.kind) {
    case (_, .end), (_, .failure): return unexpected(wanted: "more")
    case (.expression(let expression), .assign):
      if case .postfix(_, let steps) = expression.kind, case .call? = steps.last {
        return unexpected(advice: "a call cannot be assigned to")
      }
      return unexpected(advice: "only a name, x.member or x[i] can be assigned to")
    case (.expression(let expression), _)
    where isCommand(expression) && token.kind.startsCommandArgument:
      return unexpected(advice: "put commas between arguments")
    case (.branch, .assign), (_, .assign): return unexpected(advice: "'==' compares")
    default: return unexpected()
    }
  }

  private func isCommand(_ expression: Expression) -> Bool {
    guard case .postfix(_, let steps) = expression.kind, steps.count == 1 else { return false }
    return steps[0].isCall && source.scalars[expression.span.end - 1] != ")"
  }

  private mutating func statement() throws(SyntaxError) -> Statement {
    let token = current
    let start = token.start
    let kind: Statement.Kind
    switch token.kind {
    case _ where token.kind.isKeyword && following.kind == .question:
      _ = advance()
      _ = advance()
      kind = .help(.keyword(text(of: token)))
    // `help for` is `for?`: a word of the language is no argument anywhere else.
    case .name
    where following.kind.isKeyword && text(of: token) == "help"
      && !following.kind.startsCommandArgument && !following.kind.isBinaryOperator:
      _ = advance()
      kind = .help(.keyword(text(of: advance())))
    case .for: kind = try loop()
    case .if: kind = try branch()
    case .def: kind = try function()
    case .return: kind = try returning()
    case .name where following.kind.startsCommandArgument || listFollows: kind = try command()
    default: kind = try simple()
    }
    let end = index > 0 ? lexed.tokens[index - 1].end : start
    return Statement(kind: kind, span: Span(start, max(start, end)))
  }

  private mutating func block() throws(SyntaxError) -> [Statement] {
    _ = try expect(.openBrace, "'{'")
    let body = try statements(until: .closeBrace)
    _ = advance()
    return body
  }

  private mutating func loop() throws(SyntaxError) -> Statement.Kind {
    _ = advance()
    let variable = try identifier("a name")
    _ = try expect(.in, "'in'")
    let sequence = try expression()
    return .loop(variable: variable, sequence: sequence, body: try block())
  }

  private mutating func branch() throws(SyntaxError) -> Statement.Kind {
    _ = advance()
    var branches: [Branch] = []
    while true {
      let condition = try expression()
      if current.kind == .assign { throw unexpected(advice: "'==' compares") }
      branches.append(Branch(condition: condition, body: try block()))
      guard acceptElse() else { return .branch(branches, otherwise: nil) }
      guard accept(.if) else { return .branch(branches, otherwise: try block()) }
    }
  }

  /// `else` may also stand on the line below the brace.
  private mutating func acceptElse() -> Bool {
    if accept(.else) { return true }
    guard current.kind == .newline, following.kind == .else else { return false }
    _ = advance()
    return accept(.else)
  }

  private mutating func function() throws(SyntaxError) -> Statement.Kind {
    let keyword = advance()
    if isInFunction {
      throw SyntaxError(
        "a function cannot be defined inside a function", advice: "move it out", at: keyword.span)
    }
    let name = try identifier("a name")
    _ = try expect(.openParenthesis, "'('")
    var parameters: [FunctionNode.Parameter] = []
    while current.kind != .closeParenthesis {
      let identifier = try identifier("a parameter")
      if parameters.contains(where: { $0.identifier.name == identifier.name }) {
        throw SyntaxError("parameter '\(identifier.name)' is named twice", at: identifier.span)
      }
      let fallback = accept(.assign) ? try expression() : nil
      if fallback == nil, parameters.last?.fallback != nil {
        throw SyntaxError(
          "parameter '\(identifier.name)' needs a default, like the one before it",
          at: identifier.span)
      }
      parameters.append(.init(identifier: identifier, fallback: fallback))
      if current.kind != .closeParenthesis { _ = try expect(.comma, "',' or ')'") }
    }
    _ = advance()
    isInFunction = true
    defer { isInFunction = false }
    return .define(
      FunctionNode(identifier: name, parameters: parameters, body: try block()))
  }

  private mutating func returning() throws(SyntaxError) -> Statement.Kind {
    let keyword = advance()
    guard isInFunction else {
      throw SyntaxError("'return' stands outside of a function", at: keyword.span)
    }
    switch current.kind {
    case .newline, .semicolon, .closeBrace, .end: return .return(nil)
    default: return .return(try expression())
    }
  }

  /// Whether a space and a list stand behind the name, `plot [a, b]`: brackets that no index has, for
  /// they hold commas or a comprehension, or another argument follows.
  private var listFollows: Bool {
    guard following.kind == .openBracket, current.end < following.start else { return false }
    var depth = 0
    for (place, token) in lexed.tokens.enumerated().dropFirst(index + 1) {
      switch token.kind {
      case .openBracket, .openParenthesis, .openBrace: depth += 1
      case .closeBracket, .closeParenthesis, .closeBrace:
        depth -= 1
        if depth == 0 { return lexed.tokens[place + 1].kind == .comma }
      case .comma, .for: if depth == 1 { return true }
      default: break
      }
    }
    return false
  }

  /// Rule 2: a call without its parentheses.
  private mutating func command() throws(SyntaxError) -> Statement.Kind {
    let name = advance()
    let arguments = try arguments(until: nil)
    if current.kind == .openBrace, let advice = Self.foreign[text(of: name)] {
      throw SyntaxError("there is no '\(text(of: name))'", advice: advice, at: name.span)
    }
    let end = lexed.tokens[index - 1].end
    let span = Span(name.start, end)
    let callee = Expression(kind: .name(text(of: name)), span: name.span)
    return .expression(
      Expression(kind: .postfix(callee, [.call(arguments, span)]), span: span))
  }

  /// Statements of other languages.
  private static let foreign = [
    "while": "use 'for': every script ends", "elif": "write 'else if'",
    "function": "write 'def'", "func": "write 'def'", "foreach": "write 'for'",
  ]

  private mutating func simple() throws(SyntaxError) -> Statement.Kind {
    let expression = try expression()
    switch current.kind {
    case .question:
      _ = advance()
      return .help(.expression(expression))
    case .assign where expression.isAssignable:
      _ = advance()
      if case .postfix(_, let steps) = expression.kind, steps.count > SourceLimits.targetSteps {
        throw SyntaxError(
          "the target has more than \(SourceLimits.targetSteps) steps", at: expression.span)
      }
      return .assign(target: expression, value: try self.expression())
    default: return .expression(expression)
    }
  }
}

extension Expression {
  /// A name, or a chain of members and indices that starts with one.
  var isAssignable: Bool {
    switch kind {
    case .name: return true
    case .postfix(let base, let steps):
      guard case .name = base.kind, let last = steps.last else { return false }
      return !last.isCall
    default: return false
    }
  }
}
