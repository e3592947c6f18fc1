public import Catalog

extension Evaluator {
  /// What could stand at the cursor of a text that is being typed.
  ///
  /// Looks at names and members only; nothing is called and nothing thrown.
  ///
  /// - Parameters:
  ///   - cursor: An offset in code points.
  ///   - files: The entries that could replace the last component of a path typed so far; folders
  ///     with a slash at the end.
  ///   - words: What an argument takes that is written as a string and no file: paths of modules.
  public func complete(
    _ code: String, at cursor: Int, files: (_ path: String) -> [String] = { _ in [] },
    words: (_ argument: ArgumentInfo) -> [Candidate] = { _ in [] }
  ) -> Suggestions {
    let context = CursorContext(code, at: cursor)
    var word = context.word
    var found: [Candidate]
    switch context.place {
    case .nothing: found = []
    case .string:
      (word, found) = stringCandidates(context, files, words)
    case .member(let index): found = memberCandidates(context, index)
    case .joint: found = jointCandidates(context)
    case .expression where context.isBehindCallee && callable(at: context) == nil:
      found = jointCandidates(context)
    case .expression: found = expressionCandidates(context)
    }
    let typed = context.source[word]
    let range = word.start..<word.end
    return Suggestions(range: range, candidates: Self.matching(found, typed))
  }

  /// Those that start with what is typed; in any case of letters if none does so exactly.
  private static func matching(_ candidates: [Candidate], _ typed: String) -> [Candidate] {
    var seen: Set<String> = []
    let unique = candidates.filter { seen.insert($0.text).inserted }
    if typed.isEmpty { return unique }
    let exact = unique.filter { $0.text.hasPrefix(typed) }
    if !exact.isEmpty { return exact }
    let lowered = typed.lowercased()
    return unique.filter { $0.text.lowercased().hasPrefix(lowered) }
  }

  // MARK: Kinds of places

  private func stringCandidates(
    _ context: CursorContext, _ files: (String) -> [String],
    _ words: (ArgumentInfo) -> [Candidate]
  ) -> (Span, [Candidate]) {
    let choices = expectedArguments(context).filter(\.hasWords).flatMap(\.choices)
    if !choices.isEmpty {
      return (context.word, choices.map { Candidate($0, type: "value") })
    }
    let named = expectedArguments(context).flatMap(words)
    if !named.isEmpty { return (context.word, named) }
    let typed = context.source[context.word]
    let folder = typed.unicodeScalars.lastIndex(of: "/").map {
      typed.unicodeScalars.distance(from: typed.unicodeScalars.startIndex, to: $0) + 1
    }
    let start = context.word.start + (folder ?? 0)
    let entries = files(typed).map { Candidate($0, type: "file") }
    return (Span(start, context.word.end), entries)
  }

  private func memberCandidates(_ context: CursorContext, _ index: Int) -> [Candidate] {
    var found: [Candidate] = []
    let receiver = guess(context.tokens, index, context.source)
    if case .value(.object(let object)) = receiver {
      for name in object.memberNames {
        let summary = (try? object.member(name)).map { oneLine(self.summary(of: $0)) } ?? ""
        found.append(Candidate(name, type: "member", summary: summary))
      }
    }
    // Calls that want just this kind of value stand before those that take anything.
    let taking = library.declarations.filter { declaration in
      guard let first = declaration.arguments.first(where: { $0.collects != .names }) else {
        return false
      }
      switch receiver {
      case .value(let value): return first.accepts(first.collects == .rest ? .list([value]) : value)
      case .kind(let kind): return first.kind == nil || first.kind == kind
      case .unknown: return true
      }
    }
    let (exact, any) = (
      taking.filter { $0.arguments.first?.kind != nil },
      taking.filter { $0.arguments.first?.kind == nil }
    )
    return found + (exact + any).map(candidate)
  }

  /// Behind an operand: `name=` of the call's further arguments, and the words that join.
  private func jointCandidates(_ context: CursorContext) -> [Candidate] {
    let labels = context.call?.isAtArgument == true ? labelCandidates(context) : []
    return labels + keywordCandidates(["and", "or", "in", "if", "else", "for"])
  }

  private func expressionCandidates(_ context: CursorContext) -> [Candidate] {
    let arguments = expectedArguments(context)
    var found: [Candidate] = []
    for argument in arguments {
      found += argument.choices.map {
        Candidate(argument.hasWords ? quotedText($0) : $0, type: "value")
      }
    }
    if context.call?.isAtArgument == true { found += labelCandidates(context) }
    let kinds = arguments.compactMap(\.kind)
    let variables = variables.reversed().map { ($0.name, $0.value) }
    found += variables.filter { variable in
      arguments.isEmpty || arguments.contains { $0.accepts(variable.1) }
    }.map(variableCandidate)
    let calls = library.declarations
    found += calls.filter { $0.returns.map(kinds.contains) ?? false }.map(candidate)
    found += variables.map(variableCandidate) + calls.map(candidate)
    found += keywordCandidates(["true", "false", "none", "not"])
    if context.isStatementStart {
      found += keywordCandidates(["for", "if", "def", "return", "else"])
    }
    return found
  }

  // MARK: Parts

  /// The call that the cursor stands in.
  func callable(at context: CursorContext) -> (any Callable)? {
    guard let callee = context.call?.callee else { return nil }
    let name = context.source[callee.span]
    if case .function(let function)? = value(of: name) { return function }
    return library[name]
  }

  /// The declared arguments whose value could stand at the cursor, the likeliest first: more than
  /// one where an argument can be left out before the next (`step 100`).
  func expectedArguments(_ context: CursorContext) -> [ArgumentInfo] {
    guard let call = context.call, let declaration = callable(at: context) as? Declaration else {
      return []
    }
    let position = call.position + (call.receiver == nil ? 0 : 1)
    let first = declaration.argument(label: call.label, position: position)
    guard call.label == nil else { return first.map { [$0] } ?? [] }
    let canShift = (0...position).contains {
      declaration.argument(label: nil, position: $0)?.canBeSkipped == true
    }
    let second = canShift ? declaration.argument(label: nil, position: position + 1) : nil
    return [first, second].compactMap { $0 }
  }

  private func labelCandidates(_ context: CursorContext) -> [Candidate] {
    guard let call = context.call else { return [] }
    let given = call.position + (call.receiver == nil ? 0 : 1)
    switch callable(at: context) {
    case let declaration as Declaration:
      let passed = (0..<given).compactMap {
        declaration.argument(label: nil, position: $0)?.name
      }
      return declaration.arguments.filter {
        $0.collects == .one && !call.labels.contains($0.name) && !passed.contains($0.name)
      }.map {
        Candidate($0.name + "=", type: "argument", signature: wants($0), summary: $0.summary)
      }
        + (declaration.arguments.contains { $0.collects == .names }
          ? freeNames(declaration.name).filter { !call.labels.contains($0.name) }.map {
            Candidate($0.name + "=", type: "argument", summary: $0.summary)
          } : [])
    case let function as UserFunction:
      return function.parameters.dropFirst(given).map(\.name)
        .filter { !call.labels.contains($0) }.map { Candidate($0 + "=", type: "argument") }
    default: return []
    }
  }

  private func keywordCandidates(_ words: [String]) -> [Candidate] {
    words.map { Candidate($0, type: "keyword", summary: keywordHelp[$0]?.summary ?? "") }
  }

  private func candidate(_ declaration: Declaration) -> Candidate {
    Candidate(
      declaration.name, type: declaration.returns == "model" ? "model" : "function",
      signature: declaration.usage(width: 200), summary: declaration.summary)
  }

  private func variableCandidate(_ name: String, _ value: Value) -> Candidate {
    if case .function(let function) = value {
      return Candidate(name, type: "function", signature: function.usage)
    }
    return Candidate(name, type: "variable", summary: oneLine(summary(of: value)))
  }

  /// A value in a few words.
  private func summary(of value: Value) -> String {
    switch value {
    case .object(let object):
      let line = object.line
      return line.count <= 60 ? line : line.prefix(59) + "…"
    default: return short(value)
    }
  }
}

extension ArgumentInfo {
  /// Whether its choices are strings, unlike `true` and `false`.
  fileprivate var hasWords: Bool { choices != Bool.choices }
}
