extension Parser {
  /// An expression: operands with prefixes, and the operators between them, put into order.
  mutating func expression() throws(SyntaxError) -> Expression {
    var operands: [OperatorOrder.Operand] = []
    var operators: [Token] = []
    while true {
      let start = current.start
      var nots: [Token] = []
      while current.kind == .not { nots.append(advance()) }
      let afterNots = current.start
      var negations = 0
      while accept(.minus) { negations += 1 }
      let value = try postfix()
      operands.append(
        .init(start: start, nots: nots, afterNots: afterNots, negations: negations, value: value))
      guard current.kind.isBinaryOperator else { break }
      operators.append(advance())
    }
    if operands.count == 1, operands[0].isPlain { return operands[0].value }
    return try OperatorOrder(operands: operands, operators: operators).expression()
  }

  /// A primary with calls, indices and members behind it.
  private mutating func postfix() throws(SyntaxError) -> Expression {
    let base = try primary()
    var steps: [Expression.Suffix] = []
    var end = base.span.end
    while true {
      let token = current
      switch token.kind {
      case .openParenthesis:
        _ = advance()
        let arguments = try arguments(until: .closeParenthesis)
        end = advance().end
        steps.append(.call(arguments, Span(token.start, end)))
      case .openBracket:
        _ = advance()
        let position = try expression()
        end = try expect(.closeBracket, "']'").end
        steps.append(.index(position, Span(token.start, end)))
      case .dot:
        _ = advance()
        let name = try member()
        end = name.span.end
        steps.append(.member(name))
      default:
        if steps.isEmpty { return base }
        return Expression(kind: .postfix(base, steps), span: Span(base.span.start, end))
      }
    }
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
    let token = current
    switch token.kind {
    case .number:
      guard let number = Literal.number(text(of: token)) else {
        throw SyntaxError("'\(text(of: token))' is not a number", at: token.span)
      }
      return Expression(kind: .number(number), span: advance().span)
    case .string:
      let text = try Literal.string(source, token.span)
      return Expression(kind: .string(text), span: advance().span)
    case .name: return Expression(kind: .name(text(of: token)), span: advance().span)
    case .true, .false:
      return Expression(kind: .bool(token.kind == .true), span: advance().span)
    case .none: return Expression(kind: .none, span: advance().span)
    case .openParenthesis:
      _ = advance()
      var inner = try expression()
      if current.kind == .comma {
        throw unexpected(wanted: "')'", advice: "lists stand in square brackets")
      }
      let end = try expect(.closeParenthesis, "')'").end
      inner.span = Span(token.start, end)
      return inner
    case .openBracket: return try list()
    default: throw unexpected(wanted: "an expression", advice: adviceForOperand(token))
    }
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
      if current.kind == .closeBracket { break }
      _ = try expect(.comma, "',' or ']'")
    }
    return Expression(kind: .list(items), span: Span(start, advance().end))
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
      arguments.append(try argument(after: arguments.last))
      if accept(.comma) {
        if closing == nil, !startsArgument { throw unexpected(wanted: "an argument") }
        continue
      }
      if current.kind == .name, following.kind == .assign { continue }
      guard let closing else { break }
      guard current.kind == closing else { throw unexpected(wanted: "',' or ')'") }
    }
    return arguments
  }

  /// Whether more arguments can follow a comma; only line ends and closing brackets cannot.
  private var startsArgument: Bool {
    switch current.kind {
    case .newline, .semicolon, .end, .closeBrace, .failure: false
    default: true
    }
  }

  private mutating func argument(
    after previous: ArgumentNode?
  ) throws(SyntaxError) -> ArgumentNode {
    if current.kind == .name, following.kind == .assign {
      let label = try identifier("a name")
      _ = advance()
      return ArgumentNode(label: label, value: try expression())
    }
    let value = try expression()
    if let label = previous?.label {
      throw SyntaxError(
        "an argument without a name cannot follow '\(label.name)='",
        advice: "put it first, or name it", at: value.span)
    }
    return ArgumentNode(label: nil, value: value)
  }
}
