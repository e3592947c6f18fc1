extension Parser {
  /// An expression: operands with prefixes, and the operators between them, put into order.
  ///
  /// Brackets recurse through here; like the evaluator's, the frames on that way are kept small.
  mutating func expression() throws(SyntaxError) -> Expression {
    var order = OperatorOrder()
    repeat {
      prefixes(&order)
      order.add(try postfix())
    } while acceptOperator(&order)
    return try order.expression()
  }

  private mutating func prefixes(_ order: inout OperatorOrder) {
    let start = current.start
    var nots: [Token] = []
    while current.kind == .not { nots.append(advance()) }
    let afterNots = current.start
    var negations = 0
    while accept(.minus) { negations += 1 }
    order.prefix = .init(start: start, nots: nots, afterNots: afterNots, negations: negations)
  }

  private mutating func acceptOperator(_ order: inout OperatorOrder) -> Bool {
    guard current.kind.isBinaryOperator else { return false }
    order.operators.append(advance())
    return true
  }

  /// A primary with calls, indices and members behind it.
  private mutating func postfix() throws(SyntaxError) -> Expression {
    let base = try primary()
    var steps: [Expression.Suffix] = []
    while true {
      switch current.kind {
      case .openParenthesis: steps.append(try callSuffix())
      case .openBracket: steps.append(try indexSuffix())
      case .dot: steps.append(try memberSuffix())
      default: return steps.isEmpty ? base : chained(base, steps)
      }
    }
  }

  private func chained(_ base: Expression, _ steps: [Expression.Suffix]) -> Expression {
    Expression(kind: .postfix(base, steps), span: Span(base.span.start, previous.end))
  }

  private mutating func callSuffix() throws(SyntaxError) -> Expression.Suffix {
    let start = advance().start
    let arguments = try arguments(until: .closeParenthesis)
    return .call(arguments, Span(start, advance().end))
  }

  private mutating func indexSuffix() throws(SyntaxError) -> Expression.Suffix {
    let start = advance().start
    let position = try expression()
    return .index(position, Span(start, try expect(.closeBracket, "']'").end))
  }

  private mutating func memberSuffix() throws(SyntaxError) -> Expression.Suffix {
    _ = advance()
    return .member(try member())
  }

  /// Behind a point even a word of the language is a name.
  private mutating func member() throws(SyntaxError) -> Identifier {
    guard current.kind == .name || current.kind.isKeyword else {
      throw unexpected(wanted: "the name of a member")
    }
    let token = advance()
    return Identifier(name: text(of: token), span: token.span)
  }

  private mutating func primary() throws(SyntaxError) -> Expression {
    switch current.kind {
    case .openParenthesis: return try parenthesized()
    case .openBracket: return try list()
    default: return try leaf()
    }
  }

  private mutating func parenthesized() throws(SyntaxError) -> Expression {
    let start = advance().start
    var inner = try expression()
    inner.span = Span(start, try closeParenthesis())
    return inner
  }

  private mutating func closeParenthesis() throws(SyntaxError) -> Int {
    if current.kind == .comma {
      throw unexpected(wanted: "')'", advice: "lists stand in square brackets")
    }
    return try expect(.closeParenthesis, "')'").end
  }

  private mutating func leaf() throws(SyntaxError) -> Expression {
    let token = current
    let kind: Expression.Kind
    switch token.kind {
    case .number:
      guard let number = Literal.number(text(of: token)) else {
        throw SyntaxError("'\(text(of: token))' is not a number", at: token.span)
      }
      kind = .number(number)
    case .string: kind = .string(try Literal.string(source, token.span))
    case .name: kind = .name(text(of: token))
    case .true, .false: kind = .bool(token.kind == .true)
    case .none: kind = .none
    default: throw unexpected(wanted: "an expression", advice: adviceForOperand(token))
    }
    return Expression(kind: kind, span: advance().span)
  }

  private func adviceForOperand(_ token: Token) -> String? {
    switch token.kind {
    case .assign: "write x = x + 1"
    case .divide: "there is one division, '/'"
    case .not: "put 'not …' into parentheses"
    case .dot where following.kind == .number: "write 0 before the point"
    default: nil
    }
  }

  /// `[a, b]` or `[e for x in xs if c]`.
  private mutating func list() throws(SyntaxError) -> Expression {
    let start = advance().start
    var items: [Expression] = []
    while current.kind != .closeBracket {
      items.append(try expression())
      if items.count == 1, current.kind == .for {
        return try comprehension(items[0], start)
      }
      try separate(.closeBracket, "',' or ']'")
    }
    return Expression(kind: .list(items), span: Span(start, advance().end))
  }

  /// A comma, unless the closing bracket is there.
  private mutating func separate(_ closing: TokenKind, _ what: String) throws(SyntaxError) {
    if current.kind != closing { _ = try expect(.comma, what) }
  }

  private mutating func comprehension(
    _ element: Expression, _ start: Int
  ) throws(SyntaxError) -> Expression {
    _ = advance()
    let variable = try identifier("a name")
    _ = try expect(.in, "'in'")
    let sequence = try expression()
    let condition = accept(.if) ? try expression() : nil
    let end = try expect(.closeBracket, "']'").end
    let node = Expression.Comprehension(
      element: element, variable: variable, sequence: sequence, condition: condition)
    return Expression(kind: .comprehension(node), span: Span(start, end))
  }

  /// The arguments of a call up to its closing parenthesis, or of a command (`closing` nil) as far
  /// as they go. A comma before `name=` may be left out.
  mutating func arguments(until closing: TokenKind?) throws(SyntaxError) -> [ArgumentNode] {
    var arguments: [ArgumentNode] = []
    while current.kind != closing {
      let label = try label()
      let value = try expression()
      try append(label, value, to: &arguments)
      guard try acceptSeparator(closing) else { break }
    }
    return arguments
  }

  /// Whether a further argument follows.
  private mutating func acceptSeparator(_ closing: TokenKind?) throws(SyntaxError) -> Bool {
    if accept(.comma) {
      if closing == nil, !startsArgument { throw unexpected(wanted: "an argument") }
      return true
    }
    if startsLabel { return true }
    guard let closing else { return false }
    guard current.kind == closing else { throw unexpected(wanted: "',' or ')'") }
    return false
  }

  /// Whether more arguments can follow a comma; only line ends and closing brackets cannot.
  private var startsArgument: Bool {
    switch current.kind {
    case .newline, .semicolon, .end, .closeBrace, .failure: false
    default: true
    }
  }

  /// Whether `name=` or `term.name=` comes.
  private var startsLabel: Bool {
    guard current.kind == .name else { return false }
    if following.kind == .assign { return true }
    return following.kind == .dot && token(after: 2).kind == .name
      && token(after: 3).kind == .assign
  }

  /// The `name=` in front of an argument, or `term.name=` for a call that takes names of its own.
  private mutating func label() throws(SyntaxError) -> Identifier? {
    guard startsLabel else { return nil }
    var label = try identifier("a name")
    if accept(.dot) {
      let last = try identifier("a name")
      label = Identifier(
        name: label.name + "." + last.name, span: Span(label.span.start, last.span.end))
    }
    _ = advance()
    return label
  }

  private func append(
    _ label: Identifier?, _ value: Expression, to arguments: inout [ArgumentNode]
  ) throws(SyntaxError) {
    if label == nil, let previous = arguments.last?.label {
      throw SyntaxError(
        "an argument without a name cannot follow '\(previous.name)='",
        advice: "put it first, or name it", at: value.span)
    }
    arguments.append(ArgumentNode(label: label, value: value))
  }
}
