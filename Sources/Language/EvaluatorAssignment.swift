import Catalog

extension Evaluator {
  /// `name = v`, `x[i] = v`, `x.y = v` and chains of them.
  ///
  /// Lists are values: changing an element changes the variable or member that holds the list.
  /// Objects are references: changing a member changes it for everyone who holds the object.
  func assign(_ target: Expression, _ value: Value) throws(Diagnostic) {
    switch target.kind {
    case .name(let name): setVariable(name, to: value)
    case .postfix(let base, let steps):
      guard case .name(let name) = base.kind else { return }
      try assign(name, base.span, steps, value)
    default: return
    }
  }

  private func assign(
    _ name: String, _ span: Span, _ steps: [Expression.Suffix], _ value: Value
  ) throws(Diagnostic) {
    var indices: [(value: Value, span: Span)?] = []
    for step in steps {
      guard case .index(let node, _) = step else {
        indices.append(nil)
        continue
      }
      indices.append((try evaluate(node), node.span))
    }
    // Walk to the last object on the way: behind it there are only indices of lists.
    var holder: (object: any Object, member: Identifier)?
    var first = 0
    if let last = steps.lastIndex(where: { $0.member != nil }), let member = steps[last].member {
      let object = try follow(Expression(kind: .name(name), span: span), steps[..<last])
      guard case .object(let object) = object else {
        throw fail(Failure(.type, "\(article(object.kind)) has no members"), at: member.span)
      }
      holder = (object, member)
      first = last + 1
    }
    let path = indices[first...].compactMap { $0 }
    if let holder {
      let outer = steps.prefix(first - 1)
      let copy = try assign(value, in: holder.object, holder.member, path)
      // A value that is not shared was changed in a copy, which takes its place.
      guard let copy else { return }
      if outer.isEmpty {
        try assign(copy, inVariable: name, span, [])
      } else {
        try assign(name, span, Array(outer), copy)
      }
    } else {
      try assign(value, inVariable: name, span, path)
    }
  }

  /// - Returns: The changed copy of an object that is a value; nil where the object itself changed.
  private func assign(
    _ value: Value, in object: any Object, _ member: Identifier,
    _ path: [(value: Value, span: Span)]
  ) throws(Diagnostic) -> Value? {
    var new = value
    if let first = path.first {
      guard var current = try readMember(member, of: object) else {
        throw fail(noMember(member.name, of: object), at: member.span)
      }
      try replace(path, in: &current, with: value, at: first.span)
      new = current
    }
    let isDone: Bool
    willChange(object)
    do {
      isDone = try object.setMember(member.name, to: new)
    } catch {
      throw diagnostic(error, at: member.span)
    }
    if isDone { return nil }
    do {
      if let copy = try object.setting(member.name, to: new) { return copy }
    } catch {
      throw diagnostic(error, at: member.span)
    }
    if try readMember(member, of: object) == nil {
      throw fail(noMember(member.name, of: object), at: member.span)
    }
    throw fail(
      Failure(
        .type, "'\(member.name)' of \(article(type(of: object).kind)) cannot be changed"),
      at: member.span)
  }

  private func assign(
    _ value: Value, inVariable name: String, _ span: Span, _ path: [(value: Value, span: Span)]
  ) throws(Diagnostic) {
    if frame.binding(name) != nil {
      throw fail(Failure(.state, "'\(name)' belongs to the comprehension"), at: span)
    }
    let isLocal = frame.function != nil && frame.locals[name] != nil
    guard isLocal || globals[name] != nil else {
      _ = try self.value(name, at: span)
      throw fail(Failure(.type, "'\(name)' is not a variable"), at: span)
    }
    if !isLocal, let function = frame.function {
      throw fail(
        Failure(
          .state, "'\(name)' lies outside of \(function.name)",
          advice: "copy it under another name first"), at: span)
    }
    let change: (inout Value) throws(Diagnostic) -> Void = { [self] (current) throws(Diagnostic) in
      try replace(path, in: &current, with: value, at: span)
    }
    if isLocal { try frame.locals.update(name, change) } else { try globals.update(name, change) }
  }

  /// Sets an element of a list in lists.
  private func replace(
    _ path: [(value: Value, span: Span)], in list: inout Value, with value: Value, at span: Span
  ) throws(Diagnostic) {
    try replace(path[...], in: &list, with: value)
    // Only a list can make a list too deep or too large.
    guard case .list = value, case .list(let items) = list else { return }
    try located(at: span) { () throws(Failure) in try ValueLimits.check(items) }
  }

  private func replace(
    _ path: ArraySlice<(value: Value, span: Span)>, in current: inout Value, with value: Value
  ) throws(Diagnostic) {
    guard let step = path.first else {
      current = value
      return
    }
    guard case .list(var items) = current else {
      let reason =
        Elements(current) == nil
        ? "\(article(current.kind)) has no elements"
        : "the elements of \(article(current.kind)) cannot be changed"
      throw fail(Failure(.type, reason), at: step.span)
    }
    let index = try located(at: step.span) { () throws(Failure) -> Int in
      try place(of: step.value, count: items.count, in: "list")
    }
    // Give the list up before changing it: a second holder would cost a copy.
    current = .none
    defer { current = .list(items) }
    try replace(path.dropFirst(), in: &items[index], with: value)
  }
}
