/// Puts the operands and operators of one bracket level into a tree by their precedence.
///
/// Works level by level on slices instead of by recursion for every operand, so a chain of any
/// length takes no stack.
struct OperatorOrder {
  /// What stands in front of an operand.
  struct Prefix {
    /// Where the first of it stands, or the operand.
    var start = 0
    var nots: [Token] = []
    var afterNots = 0
    var negations = 0
  }

  struct Operand {
    let prefix: Prefix
    let value: Expression

    var start: Int { prefix.start }
    var nots: [Token] { prefix.nots }
    var afterNots: Int { prefix.afterNots }
    var negations: Int { prefix.negations }
  }

  /// What was read in front of the operand to come.
  var prefix = Prefix()
  private var operands: [Operand] = []
  /// One fewer than operands: `operators[i]` stands behind `operands[i]`.
  var operators: [Token] = []

  mutating func add(_ value: Expression) {
    operands.append(Operand(prefix: prefix, value: value))
  }

  func expression() throws(SyntaxError) -> Expression {
    let first = operands[0]
    if operands.count == 1, first.nots.isEmpty, first.negations == 0 { return first.value }
    return try either(operands.indices)
  }

  private func span(_ range: Range<Int>) -> Span {
    Span(operands[range.lowerBound].start, operands[range.upperBound - 1].value.span.end)
  }

  /// Cuts a range of operands at every operator that fits.
  private func pieces(
    _ range: Range<Int>, _ fits: (TokenKind) -> Bool
  ) -> (pieces: [Range<Int>], operators: [Token]) {
    var pieces: [Range<Int>] = []
    var found: [Token] = []
    var start = range.lowerBound
    for index in range.dropLast() where fits(operators[index].kind) {
      pieces.append(start..<index + 1)
      found.append(operators[index])
      start = index + 1
    }
    pieces.append(start..<range.upperBound)
    return (pieces, found)
  }

  private func either(_ range: Range<Int>) throws(SyntaxError) -> Expression {
    let parts = pieces(range) { $0 == .or }.pieces
    if parts.count == 1 { return try both(range) }
    var items: [Expression] = []
    for part in parts { items.append(try both(part)) }
    return Expression(kind: .any(items), span: span(range))
  }

  private func both(_ range: Range<Int>) throws(SyntaxError) -> Expression {
    let parts = pieces(range) { $0 == .and }.pieces
    if parts.count == 1 { return try negated(range) }
    var items: [Expression] = []
    for part in parts { items.append(try negated(part)) }
    return Expression(kind: .all(items), span: span(range))
  }

  private func negated(_ range: Range<Int>) throws(SyntaxError) -> Expression {
    for index in range.dropFirst() {
      if let token = operands[index].nots.first {
        throw SyntaxError(
          "unexpected 'not'", advice: "put 'not …' into parentheses", at: token.span)
      }
    }
    let inner = try comparison(range)
    let count = operands[range.lowerBound].nots.count
    if count == 0 { return inner }
    return Expression(kind: .not(count: count, inner), span: span(range))
  }

  /// From here on a `not` in front belongs to the level above.
  private func innerSpan(_ range: Range<Int>) -> Span {
    Span(operands[range.lowerBound].afterNots, operands[range.upperBound - 1].value.span.end)
  }

  private func comparison(_ range: Range<Int>) throws(SyntaxError) -> Expression {
    let (parts, found) = pieces(range) { $0.isComparison }
    if found.isEmpty { return try interval(range) }
    if found.count > 1 {
      throw SyntaxError(
        "comparisons cannot be chained", advice: "join two with 'and'", at: found[1].span)
    }
    return Expression(
      kind: .comparison(
        found[0].kind, operatorSpan: found[0].span, try interval(parts[0]), try interval(parts[1])),
      span: innerSpan(range))
  }

  private func interval(_ range: Range<Int>) throws(SyntaxError) -> Expression {
    let (parts, found) = pieces(range) { $0 == .range }
    if found.isEmpty { return sum(range) }
    if found.count > 1 {
      throw SyntaxError("a range has two ends", advice: "as in 1..9", at: found[1].span)
    }
    return Expression(kind: .range(sum(parts[0]), sum(parts[1])), span: innerSpan(range))
  }

  private func sum(_ range: Range<Int>) -> Expression {
    let (parts, found) = pieces(range) { $0 == .plus || $0 == .minus }
    return chain(parts, found, range) { product($0) }
  }

  private func product(_ range: Range<Int>) -> Expression {
    let (parts, found) = pieces(range) { $0 == .times || $0 == .divide || $0 == .modulo }
    return chain(parts, found, range) { powers($0) }
  }

  private func chain(
    _ parts: [Range<Int>], _ found: [Token], _ range: Range<Int>,
    _ part: (Range<Int>) -> Expression
  ) -> Expression {
    let first = part(parts[0])
    if found.isEmpty { return first }
    var links: [Expression.Link] = []
    links.reserveCapacity(found.count)
    for (token, piece) in zip(found, parts.dropFirst()) {
      links.append(.init(symbol: token.kind, symbolSpan: token.span, operand: part(piece)))
    }
    return Expression(kind: .chain(first, links), span: innerSpan(range))
  }

  private func powers(_ range: Range<Int>) -> Expression {
    let first = operands[range.lowerBound]
    if range.count == 1, first.negations == 0 { return first.value }
    let items = range.map {
      Expression.Power(negations: operands[$0].negations, operand: operands[$0].value)
    }
    return Expression(kind: .powers(items), span: innerSpan(range))
  }
}
