import Catalog

extension Evaluator {
  func evaluate(_ node: Expression) throws(Diagnostic) -> Value {
    switch node.kind {
    case .none: return .none
    case .bool(let flag): return .bool(flag)
    case .number(let number): return .number(number)
    case .string(let text): return .string(text)
    case .name(let name): return try value(name, at: node.span)
    default: break
    }
    try enter(at: node.span)
    defer { depth -= 1 }
    switch node.kind {
    case .chain(let first, let links): return try chain(first, links)
    case .postfix(let base, let steps): return try postfix(base, steps)
    case .list(let items): return try list(items, at: node.span)
    case .powers(let items): return try powers(items)
    case .comparison(let symbol, let span, let left, let right):
      return try comparison(symbol, span, left, right)
    case .range(let lower, let upper): return try range(lower, upper, at: node.span)
    case .all(let items): return .bool(try decide(items, stopAt: false, "and"))
    case .any(let items): return .bool(try decide(items, stopAt: true, "or"))
    case .not(let count, let inner):
      return .bool(try truth(of: inner, in: "not") != (count % 2 == 1))
    case .comprehension(let node): return try comprehension(node)
    default: return .none
    }
  }

  /// A condition must be true or false: what a number or a list is as one, people disagree about.
  func truth(of node: Expression, in word: String) throws(Diagnostic) -> Bool {
    let value = try evaluate(node)
    if case .bool(let flag) = value { return flag }
    var advice: String?
    switch value {
    case .number: advice = "compare it, as in x != 0"
    case .none: advice = "compare it, as in x == none"
    case .list, .string, .range: advice = "compare its length, as in len(x) > 0"
    default: break
    }
    throw fail(
      Failure(.type, "'\(word)' needs true or false, got \(short(value))", advice: advice),
      at: node.span)
  }

  private func decide(
    _ items: [Expression], stopAt stop: Bool, _ word: String
  ) throws(Diagnostic) -> Bool {
    for item in items where try truth(of: item, in: word) == stop { return stop }
    return !stop
  }

  private func chain(
    _ first: Expression, _ links: [Expression.Link]
  ) throws(Diagnostic) -> Value {
    var value = try evaluate(first)
    for link in links {
      let operand = try evaluate(link.operand)
      do {
        value = try Arithmetic.apply(link.symbol, value, operand)
      } catch {
        throw diagnostic(error, at: link.symbolSpan)
      }
    }
    return value
  }

  /// From right to left; a minus in front of an item applies to all behind it.
  private func powers(_ items: [Expression.Power]) throws(Diagnostic) -> Value {
    var values: [Value] = []
    for item in items { values.append(try evaluate(item.operand)) }
    var result = values.removeLast()
    var index = items.count - 1
    while true {
      let item = items[index]
      do {
        // Two minus signs cancel, but the operand must be one that can be negated.
        if item.negations > 0 {
          let once = try Arithmetic.negated(result)
          result = item.negations % 2 == 1 ? once : try Arithmetic.negated(once)
        }
        if index == 0 { return result }
        index -= 1
        result = try Arithmetic.apply(.power, values.removeLast(), result)
      } catch {
        throw diagnostic(error, at: item.operand.span)
      }
    }
  }

  private func comparison(
    _ symbol: TokenKind, _ span: Span, _ left: Expression, _ right: Expression
  ) throws(Diagnostic) -> Value {
    let (a, b) = (try evaluate(left), try evaluate(right))
    return try located(at: span) { () throws(Failure) -> Value in
      .bool(try Comparison.apply(symbol, a, b))
    }
  }

  private func range(
    _ lower: Expression, _ upper: Expression, at span: Span
  ) throws(Diagnostic) -> Value {
    let (a, b) = (try evaluate(lower), try evaluate(upper))
    return try located(at: span) { () throws(Failure) -> Value in
      try Arithmetic.range(a, b)
    }
  }

  private func list(_ nodes: [Expression], at span: Span) throws(Diagnostic) -> Value {
    var items: [Value] = []
    items.reserveCapacity(nodes.count)
    for node in nodes { items.append(try evaluate(node)) }
    return try checked(items, at: span)
  }

  private func checked(_ items: [Value], at span: Span) throws(Diagnostic) -> Value {
    try located(at: span) { () throws(Failure) in try ValueLimits.check(items) }
    return .list(items)
  }

  private func comprehension(_ node: Expression.Comprehension) throws(Diagnostic) -> Value {
    let elements = try elements(of: node.sequence)
    let place = frame.bindings.count
    frame.bindings.append((node.variable.name, .none))
    defer { frame.bindings.removeLast() }
    var items: [Value] = []
    for index in 0..<elements.count {
      try checkInterruption(at: node.sequence.span)
      do {
        frame.bindings[place].value = try elements.element(index)
        try ValueLimits.check(count: items.count)
      } catch {
        throw diagnostic(error, at: node.sequence.span)
      }
      if let condition = node.condition, try !truth(of: condition, in: "if") { continue }
      items.append(try evaluate(node.element))
    }
    return try checked(items, at: node.element.span)
  }
}
