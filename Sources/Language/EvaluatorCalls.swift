import Catalog

/// The `x` of `x.f(y)`.
struct Receiver {
  let value: Value
  let span: Span
}

extension Evaluator {
  /// A primary with its calls, indices and members, from left to right.
  func postfix(
    _ base: Expression, _ steps: [Expression.Suffix]
  ) throws(Diagnostic) -> Value {
    var value: Value
    var index = 0
    var end = base.span.end
    if case .name(let name) = base.kind, case .call(let arguments, let span)? = steps.first {
      let function = try callable(name, at: base.span)
      value = try call(function, receiver: nil, arguments, at: base.span.through(span))
      end = span.end
      index = 1
    } else {
      value = try evaluate(base)
    }
    while index < steps.count {
      let so = Span(base.span.start, end)
      switch steps[index] {
      case .index(let node, let span):
        value = try element(of: value, at: try evaluate(node), node.span)
        end = span.end
      case .call(let arguments, let span):
        value = try call(value, arguments, at: so.through(span))
        end = span.end
      case .member(let name):
        if index + 1 < steps.count, case .call(let arguments, let span) = steps[index + 1] {
          let receiver = Receiver(value: value, span: so)
          value = try method(name, of: receiver, arguments, at: name.span.through(span))
          end = span.end
          index += 1
        } else {
          value = try member(name, of: value)
          end = name.span.end
        }
      }
      index += 1
    }
    return value
  }

  private func call(
    _ value: Value, _ arguments: [ArgumentNode], at span: Span
  ) throws(Diagnostic) -> Value {
    guard case .function(let function) = value else {
      throw fail(Failure(.type, "\(article(value.kind)) cannot be called"), at: span)
    }
    return try call(function, receiver: nil, arguments, at: span)
  }

  /// `x.f(y)`: the member `f` of x if x has one that can be called, else `f(x, y)`.
  private func method(
    _ name: Identifier, of receiver: Receiver, _ arguments: [ArgumentNode], at span: Span
  ) throws(Diagnostic) -> Value {
    if case .object(let object) = receiver.value {
      let member = try readMember(name, of: object)
      if case .function(let function)? = member {
        return try call(function, receiver: nil, arguments, at: span)
      }
      if let member, library[name.name] == nil {
        throw fail(
          Failure(.type, "'\(name.name)' is \(article(member.kind)) and cannot be called"),
          at: name.span)
      }
    }
    let function = try callable(name.name, at: name.span)
    return try call(function, receiver: receiver, arguments, at: span)
  }

  func readMember(_ name: Identifier, of object: any Object) throws(Diagnostic) -> Value? {
    do {
      return try object.member(name.name)
    } catch {
      throw diagnostic(error, at: name.span)
    }
  }

  func member(_ name: Identifier, of value: Value) throws(Diagnostic) -> Value {
    guard case .object(let object) = value else {
      throw fail(
        Failure(
          .type, "\(article(value.kind)) has no members", advice: callAdvice(name.name)),
        at: name.span)
    }
    if let member = try readMember(name, of: object) { return member }
    throw fail(noMember(name.name, of: object), at: name.span)
  }

  func noMember(_ name: String, of object: any Object) -> Failure {
    let near = nearest(to: name, among: object.memberNames).map { "did you mean '\($0)'?" }
    return Failure(
      .name, "\(article(type(of: object).kind)) has no member '\(shortened(name))'",
      advice: callAdvice(name) ?? near)
  }

  private func callAdvice(_ name: String) -> String? {
    library[name] == nil ? nil : "\(name) is a call: write .\(name)()"
  }

  func element(
    of value: Value, at index: Value, _ span: Span
  ) throws(Diagnostic) -> Value {
    guard let elements = Elements(value) else {
      throw fail(Failure(.type, "\(article(value.kind)) has no elements"), at: span)
    }
    do {
      return try elements.element(place(of: index, count: elements.count, in: value.kind))
    } catch {
      throw diagnostic(error, at: span)
    }
  }

  // MARK: Calls

  func call(
    _ function: any Callable, receiver: Receiver?, _ nodes: [ArgumentNode], at span: Span
  ) throws(Diagnostic) -> Value {
    try checkInterruption(at: span)
    switch function {
    case let declaration as Declaration:
      let given = try arguments(nodes, receiver, of: declaration)
      do {
        return try declaration.call(given, context)
      } catch {
        throw located(error, receiver, nodes, at: span)
      }
    case let function as UserFunction:
      let given = try arguments(nodes, receiver, of: nil)
      return try call(function, given, receiver, nodes, at: span)
    default:
      throw fail(Failure(.type, "'\(function.name)' cannot be called from here"), at: span)
    }
  }

  private func call(
    _ function: UserFunction, _ given: [GivenArgument], _ receiver: Receiver?,
    _ nodes: [ArgumentNode], at span: Span
  ) throws(Diagnostic) -> Value {
    if frame.isInside(function) {
      throw fail(
        Failure(.state, "\(function.name) calls itself", advice: "use a loop: every script ends"),
        at: span)
    }
    let inner = Frame(source: function.source, function: function, caller: frame)
    do throws(Failure) {
      inner.locals = try function.bind(given)
    } catch {
      throw located(error, receiver, nodes, at: span)
    }
    let outer = frame
    frame = inner
    defer { frame = outer }
    do throws(Diagnostic) {
      if case .returned(let value) = try execute(function.body) { return value }
      return .none
    } catch {
      var error = error
      error.calls.append(.init(name: function.name, source: outer.source, span: span))
      throw error
    }
  }

  private func arguments(
    _ nodes: [ArgumentNode], _ receiver: Receiver?, of declaration: Declaration?
  ) throws(Diagnostic) -> [GivenArgument] {
    var given: [GivenArgument] = []
    var position = 0
    if let receiver {
      given.append(GivenArgument(receiver.value))
      position = 1
    }
    for node in nodes {
      let info = declaration?.argument(label: node.label?.name, position: position)
      if node.label == nil { position += 1 }
      let value: Value
      if info?.kind == Mention.mentionKind, case .name(let name) = node.value.kind {
        value = .object(MentionedName(name: name))
      } else {
        value = try evaluate(node.value)
      }
      given.append(GivenArgument(value, name: node.label?.name))
    }
    return given
  }

  /// An error of a call with the span of the argument that is to blame.
  private func located(
    _ error: any Error, _ receiver: Receiver?, _ nodes: [ArgumentNode], at span: Span
  ) -> Diagnostic {
    if let diagnostic = error as? Diagnostic { return diagnostic }
    guard let explained = error as? any Explained else { return diagnostic(error, at: span) }
    let failure = explained.failure
    var place: Span?
    switch failure.site {
    case .call: break
    case .positional(let index):
      let spans =
        (receiver.map { [$0.span] } ?? [])
        + nodes.filter { $0.label == nil }.map(\.value.span)
      if spans.indices.contains(index) { place = spans[index] }
    case .named(let name): place = nodes.last { $0.label?.name == name }?.value.span
    case .label(let name): place = nodes.last { $0.label?.name == name }?.label?.span
    }
    return fail(failure, at: place ?? span)
  }
}

extension Declaration {
  /// The declared argument that an argument of a call is, by its label or its position.
  func argument(label: String?, position: Int) -> ArgumentInfo? {
    if let label { return arguments.first { $0.name == label && $0.collects == .one } }
    let rest = arguments.firstIndex { $0.collects == .rest }
    let open = arguments.indices.filter {
      arguments[$0].collects == .one && $0 < rest ?? .max
    }
    if position < open.count { return arguments[open[position]] }
    return rest.map { arguments[$0] }
  }
}
