import Catalog

/// The `x` of `x.f(y)`.
struct Receiver {
  var value: Value
  var span: Span
}

/// Where a call stands, to find the argument that an error is about.
struct CallSite {
  let receiver: Receiver?
  let nodes: [ArgumentNode]
  let span: Span
}

extension Evaluator {
  /// A primary with its calls, indices and members, from left to right.
  func postfix(_ node: Expression) throws(Diagnostic) -> Value {
    guard case .postfix(let base, let steps) = node.kind else { return .none }
    return try follow(base, steps[...])
  }

  /// Follows the steps behind a primary.
  func follow(
    _ base: Expression, _ steps: ArraySlice<Expression.Suffix>
  ) throws(Diagnostic) -> Value {
    var reached = Receiver(value: .none, span: base.span)
    var rest = steps
    if !(try beginWithCall(base, &reached, &rest)) { reached.value = try evaluate(base) }
    while !rest.isEmpty { try followOne(&reached, &rest) }
    return reached.value
  }

  private func followOne(
    _ reached: inout Receiver, _ rest: inout ArraySlice<Expression.Suffix>
  ) throws(Diagnostic) {
    let step = rest.removeFirst()
    guard let name = step.member else {
      if step.isCall { try callValue(step, &reached) } else { try take(step, &reached) }
      return
    }
    if rest.first?.isCall == true {
      try callMethod(name, rest.removeFirst(), &reached)
    } else {
      try read(name, &reached)
    }
  }

  private func read(_ name: Identifier, _ reached: inout Receiver) throws(Diagnostic) {
    reached.value = try member(name, of: reached.value)
    reached.span = reached.span.through(name.span)
  }

  /// `f(…)`: a variable of that name that cannot be called does not hide the declaration.
  private func beginWithCall(
    _ base: Expression, _ reached: inout Receiver, _ rest: inout ArraySlice<Expression.Suffix>
  ) throws(Diagnostic) -> Bool {
    guard case .name(let name) = base.kind, case .call(let arguments, let span)? = rest.first
    else { return false }
    rest.removeFirst()
    reached.span = base.span.through(span)
    reached.value = try call(
      try callable(name, at: base.span), receiver: nil, arguments, at: reached.span)
    return true
  }

  private func take(
    _ step: Expression.Suffix, _ reached: inout Receiver
  ) throws(Diagnostic) {
    guard case .index(let node, let span) = step else { return }
    reached.value = try element(of: reached.value, at: try evaluate(node), node.span)
    reached.span = reached.span.through(span)
  }

  private func callValue(
    _ step: Expression.Suffix, _ reached: inout Receiver
  ) throws(Diagnostic) {
    guard case .call(let arguments, let span) = step else { return }
    reached.span = reached.span.through(span)
    guard case .function(let function) = reached.value else {
      throw fail(
        Failure(.type, "\(article(reached.value.kind)) cannot be called"), at: reached.span)
    }
    reached.value = try call(function, receiver: nil, arguments, at: reached.span)
  }

  /// `x.f(y)`: the member `f` of x if x has one that can be called, else `f(x, y)`.
  private func callMethod(
    _ name: Identifier, _ step: Expression.Suffix, _ reached: inout Receiver
  ) throws(Diagnostic) {
    guard case .call(let arguments, let span) = step else { return }
    let (function, isMember) = try method(name, of: reached.value)
    reached.value = try call(
      function, receiver: isMember ? nil : reached, arguments, at: name.span.through(span))
    reached.span = reached.span.through(span)
  }

  private func method(
    _ name: Identifier, of value: Value
  ) throws(Diagnostic) -> (any Callable, isMember: Bool) {
    if case .object(let object) = value {
      let member = try readMember(name, of: object)
      if case .function(let function)? = member { return (function, true) }
      if let member, library[name.name] == nil {
        throw fail(
          Failure(.type, "'\(name.name)' is \(article(member.kind)) and cannot be called"),
          at: name.span)
      }
    }
    return (try callable(name.name, at: name.span), false)
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
    var given = receiver.map { [GivenArgument($0.value)] } ?? []
    for node in nodes { try add(node, to: &given, function) }
    return try call(function, given, CallSite(receiver: receiver, nodes: nodes, span: span))
  }

  private func add(
    _ node: ArgumentNode, to given: inout [GivenArgument], _ function: any Callable
  ) throws(Diagnostic) {
    if mention(node, &given, function) { return }
    given.append(GivenArgument(try evaluate(node.value), name: node.label?.name))
  }

  func call(
    _ function: any Callable, _ given: [GivenArgument], _ site: CallSite
  ) throws(Diagnostic) -> Value {
    if let function = function as? UserFunction { return try enter(function, given, site) }
    try checkInterruption(at: site.span)
    guard let declaration = function as? Declaration else {
      throw fail(Failure(.type, "'\(function.name)' cannot be called from here"), at: site.span)
    }
    do {
      return try declaration.call(given, context)
    } catch {
      throw located(error, site)
    }
  }

  /// A bare name where the declaration wants the name and not its value.
  private func mention(
    _ node: ArgumentNode, _ given: inout [GivenArgument], _ function: any Callable
  ) -> Bool {
    guard case .name(let name) = node.value.kind, let declaration = function as? Declaration else {
      return false
    }
    let position = given.count { $0.name == nil }
    let info = declaration.argument(label: node.label?.name, position: position)
    guard info?.kind == Mention.mentionKind else { return false }
    let value = Value.object(MentionedName(name: name))
    given.append(GivenArgument(value, name: node.label?.name))
    return true
  }

  /// Executes the body of a function in a frame of its own.
  private func enter(
    _ function: UserFunction, _ given: [GivenArgument], _ site: CallSite
  ) throws(Diagnostic) -> Value {
    let outer = frame
    frame = try makeFrame(function, given, site)
    defer { frame = outer }
    do throws(Diagnostic) {
      if case .returned(let value) = try execute(function.body) { return value }
      return .none
    } catch {
      throw error.called(
        by: .init(name: function.name, source: outer.source, span: site.span))
    }
  }

  private func makeFrame(
    _ function: UserFunction, _ given: [GivenArgument], _ site: CallSite
  ) throws(Diagnostic) -> Frame {
    try checkInterruption(at: site.span)
    if frame.isInside(function) {
      throw fail(
        Failure(.state, "\(function.name) calls itself", advice: "use a loop: every script ends"),
        at: site.span)
    }
    let inner = Frame(source: function.source, function: function, caller: frame)
    do throws(Failure) {
      inner.locals = try function.bind(given)
    } catch {
      throw located(error, site)
    }
    return inner
  }

  /// An error of a call with the span of the argument that is to blame.
  private func located(_ error: any Error, _ site: CallSite) -> Diagnostic {
    if let diagnostic = error as? Diagnostic { return diagnostic }
    guard let explained = error as? any Explained else { return diagnostic(error, at: site.span) }
    let nodes = site.nodes
    let failure = explained.failure
    var place: Span?
    switch failure.site {
    case .call: break
    case .positional(let index):
      let spans =
        (site.receiver.map { [$0.span] } ?? [])
        + nodes.filter { $0.label == nil }.map(\.value.span)
      if spans.indices.contains(index) { place = spans[index] }
    case .named(let name): place = nodes.last { $0.label?.name == name }?.value.span
    case .label(let name): place = nodes.last { $0.label?.name == name }?.label?.span
    }
    return fail(failure, at: place ?? site.span)
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
