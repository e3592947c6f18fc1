import Catalog

extension Evaluator {
  /// The value of an expression.
  ///
  /// Here and in what it calls, frames are kept small: the arms of the switch bind nothing, and what
  /// does not recurse has functions of its own. A hundred brackets fit a stack of 512 KiB, even
  /// unoptimised.
  func evaluate(_ node: Expression) throws(Diagnostic) -> Value {
    switch node.kind {
    case .none, .bool, .number, .string, .name: return try leaf(node)
    default: break
    }
    try enter(at: node.span)
    defer { depth -= 1 }
    switch node.kind {
    case .postfix: return try postfix(node)
    case .chain: return try chain(node)
    case .powers: return try powers(node)
    case .list: return try list(node)
    case .range: return try range(node)
    case .comparison: return try comparison(node)
    case .all, .any, .not: return try logic(node)
    default: return try comprehension(node)
    }
  }

  private func leaf(_ node: Expression) throws(Diagnostic) -> Value {
    switch node.kind {
    case .bool(let flag): return .bool(flag)
    case .number(let number): return .number(number)
    case .string(let text): return .string(text)
    case .name(let name): return try value(name, at: node.span)
    default: return .none
    }
  }

  /// A condition must be true or false: what a number or a list is as one, people disagree about.
  func truth(of node: Expression, in word: String) throws(Diagnostic) -> Bool {
    let value = try evaluate(node)
    if case .bool(let flag) = value { return flag }
    throw undecided(value, word, at: node.span)
  }

  private func undecided(_ value: Value, _ word: String, at span: Span) -> Diagnostic {
    let advice: String? =
      switch value {
      case .number: "compare it, as in x != 0"
      case .none: "compare it, as in x == none"
      case .list, .string, .range: "compare its length, as in len(x) > 0"
      default: nil
      }
    return fail(
      Failure(.type, "'\(word)' needs true or false, got \(short(value))", advice: advice),
      at: span)
  }

  private func logic(_ node: Expression) throws(Diagnostic) -> Value {
    switch node.kind {
    case .all(let items): return .bool(try decide(items, stopAt: false, "and"))
    case .any(let items): return .bool(try decide(items, stopAt: true, "or"))
    case .not(let count, let inner):
      return .bool(try truth(of: inner, in: "not") != (count % 2 == 1))
    default: return .none
    }
  }

  private func decide(
    _ items: [Expression], stopAt stop: Bool, _ word: String
  ) throws(Diagnostic) -> Bool {
    for item in items where try truth(of: item, in: word) == stop { return stop }
    return !stop
  }

  private func chain(_ node: Expression) throws(Diagnostic) -> Value {
    guard case .chain(let first, let links) = node.kind else { return .none }
    var value = try evaluate(first)
    for link in links { try apply(link.symbol, to: &value, try evaluate(link.operand), link) }
    return value
  }

  private func apply(
    _ symbol: TokenKind, to value: inout Value, _ operand: Value, _ link: Expression.Link
  ) throws(Diagnostic) {
    do {
      value = try Arithmetic.apply(symbol, value, operand)
    } catch {
      throw diagnostic(error, at: link.symbolSpan)
    }
  }

  /// From right to left; a minus in front of an item applies to all behind it.
  private func powers(_ node: Expression) throws(Diagnostic) -> Value {
    guard case .powers(let items) = node.kind else { return .none }
    var values: [Value] = []
    for item in items { values.append(try evaluate(item.operand)) }
    return try raise(values, items)
  }

  private func raise(
    _ values: [Value], _ items: [Expression.Power]
  ) throws(Diagnostic) -> Value {
    var result = Value.none
    for (index, item) in items.enumerated().reversed() {
      do {
        let isLast = index == items.count - 1
        result = isLast ? values[index] : try Arithmetic.apply(.power, values[index], result)
        // Two minus signs cancel, but the operand must be one that can be negated.
        if item.negations > 0 {
          let once = try Arithmetic.negated(result)
          result = item.negations % 2 == 1 ? once : try Arithmetic.negated(once)
        }
      } catch {
        throw diagnostic(error, at: item.operand.span)
      }
    }
    return result
  }

  private func comparison(_ node: Expression) throws(Diagnostic) -> Value {
    guard case .comparison(_, _, let left, let right) = node.kind else { return .none }
    return try compare(try evaluate(left), try evaluate(right), node)
  }

  private func compare(
    _ a: Value, _ b: Value, _ node: Expression
  ) throws(Diagnostic) -> Value {
    guard case .comparison(let symbol, let span, _, _) = node.kind else { return .none }
    return try located(at: span) { () throws(Failure) -> Value in
      .bool(try Comparison.apply(symbol, a, b))
    }
  }

  private func range(_ node: Expression) throws(Diagnostic) -> Value {
    guard case .range(let lower, let upper) = node.kind else { return .none }
    return try makeRange(try evaluate(lower), try evaluate(upper), at: node.span)
  }

  private func makeRange(
    _ lower: Value, _ upper: Value, at span: Span
  ) throws(Diagnostic) -> Value {
    try located(at: span) { () throws(Failure) -> Value in try Arithmetic.range(lower, upper) }
  }

  private func list(_ node: Expression) throws(Diagnostic) -> Value {
    guard case .list(let nodes) = node.kind else { return .none }
    var items: [Value] = []
    items.reserveCapacity(nodes.count)
    for node in nodes { items.append(try evaluate(node)) }
    return try checked(items, at: node.span)
  }

  private func checked(_ items: [Value], at span: Span) throws(Diagnostic) -> Value {
    try located(at: span) { () throws(Failure) in try ValueLimits.check(items) }
    return .list(items)
  }

  private func comprehension(_ node: Expression) throws(Diagnostic) -> Value {
    guard case .comprehension(let node) = node.kind else { return .none }
    let elements = try elements(of: node.sequence)
    if node.condition == nil {
      try located(at: node.sequence.span) { () throws(Failure) in
        try ValueLimits.check(count: elements.count)
      }
    }
    let place = frame.bindings.count
    frame.bindings.append((node.variable.name, .none))
    defer { frame.bindings.removeLast() }
    var items: [Value] = []
    for index in 0..<elements.count {
      try bind(elements, index, at: place, room: items.count, node.sequence.span)
      if let condition = node.condition, try !truth(of: condition, in: "if") { continue }
      items.append(try evaluate(node.element))
    }
    return try checked(items, at: node.element.span)
  }

  /// Gives the variable of a comprehension its next value.
  private func bind(
    _ elements: Elements, _ index: Int, at place: Int, room count: Int, _ span: Span
  ) throws(Diagnostic) {
    try checkInterruption(at: span)
    do {
      try ValueLimits.check(count: count)
      frame.bindings[place].value = try elements.element(index)
    } catch {
      throw diagnostic(error, at: span)
    }
  }
}
