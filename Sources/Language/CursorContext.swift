import Catalog

/// What a text looks like from the cursor: the word being typed, and the call around it.
///
/// Works on tokens, not on a tree, since what is being typed is seldom a program yet.
struct CursorContext {
  enum Place {
    /// In a comment, a number, behind a name that is being defined: nothing can be offered.
    case nothing
    /// In an open string whose first character stands at `start`.
    case string(start: Int)
    /// Behind a point; the token before the point has this index.
    case member(of: Int)
    /// Where an expression could begin.
    case expression
    /// Behind an operand, where only a word such as `and` can follow.
    case joint
  }

  /// The call whose arguments the cursor stands in.
  struct Call {
    let callee: Token
    /// Index of the token before the point of `x.f(`, nil for `f(`.
    let receiver: Int?
    /// Names of arguments given so far.
    var labels: [String] = []
    /// Arguments without a name before the cursor.
    var position = 0
    /// The name before `=` if the cursor stands in the value of a named argument.
    var label: String?
    /// Whether the cursor stands where a new argument begins.
    var isAtArgument = true
  }

  let source: SourceText
  let tokens: [Token]
  private(set) var place = Place.nothing
  /// The part of the text that a completion replaces.
  private(set) var word: Span
  private(set) var call: Call?
  private(set) var isStatementStart = false
  /// Whether the last token before the word is the name of a command, whose arguments begin here.
  private(set) var isBehindCallee = false
  private var isInParameters = false
  /// Tokens before the word.
  private var before = 0

  init(_ code: String, at cursor: Int) {
    let source = SourceText(code)
    let cursor = min(max(0, cursor), source.count)
    let lexed = Self.tokens(source, cursor)
    self.source = source
    tokens = lexed.tokens
    word = Span(cursor, cursor)
    before = tokens.count
    if lexed.comment != nil { return }
    if lexed.failure != nil {
      guard let start = lexed.openString else { return }
      place = .string(start: start + 1)
      word = Span(start + 1, cursor)
      findCall()
      return
    }
    if let last = tokens.last, last.end == cursor, last.kind == .name || last.kind.isKeyword {
      word = last.span
      before -= 1
    } else if tokens.last.map({ $0.end == cursor && $0.kind == .number }) == true {
      return
    }
    findCall()
    findPlace()
  }

  /// The tokens before the cursor; where an earlier line cannot be read, those of its line alone.
  private static func tokens(
    _ source: SourceText, _ cursor: Int
  ) -> (tokens: [Token], failure: SyntaxError?, openString: Int?, comment: Span?) {
    var lexed = Lexer.tokens(of: source, upTo: cursor)
    if let failure = lexed.failure, !failure.isIncomplete {
      let line = source.lineSpan(source.position(of: cursor).line).start
      lexed = Lexer.tokens(of: source, from: line, upTo: cursor)
    }
    let isString = lexed.failure?.isIncomplete == true
    let tokens = lexed.tokens.filter { $0.kind != .end && $0.kind != .failure }
    return (tokens, lexed.failure, isString ? lexed.failure?.span.start : nil, lexed.comment)
  }

  private func isOpen(_ kind: TokenKind) -> Bool { kind.closing != nil }

  /// Walks back to the bracket or the statement that the cursor stands in.
  private mutating func findCall() {
    var depth = 0
    var index = before - 1
    var start = 0
    search: while index >= 0 {
      let kind = tokens[index].kind
      if kind.isClosing {
        depth += 1
      } else if isOpen(kind) {
        if depth > 0 {
          depth -= 1
        } else if kind == .openBrace {
          start = index + 1
          break search
        } else if kind == .openParenthesis, index > 0, tokens[index - 1].kind == .name {
          let isMethod = index > 2 && tokens[index - 2].kind == .dot
          if index > 1, tokens[index - 2].kind == .def {
            isInParameters = true
            return
          }
          call = Call(callee: tokens[index - 1], receiver: isMethod ? index - 3 : nil)
          readArguments(from: index + 1)
          return
        }
      } else if depth == 0, kind == .newline || kind == .semicolon {
        start = index + 1
        break search
      }
      index -= 1
    }
    isStatementStart = start == before || tokens[before - 1].kind == .closeBrace
    guard start < before, tokens[start].kind == .name else { return }
    let isCommand =
      start + 1 < before
      ? tokens[start + 1].kind.startsCommandArgument : word.start > tokens[start].end
    guard isCommand else { return }
    call = Call(callee: tokens[start], receiver: nil)
    readArguments(from: start + 1)
  }

  /// Which arguments are given between the call's start and the cursor.
  private mutating func readArguments(from start: Int) {
    guard var call else { return }
    var depth = 0
    var index = start
    var hasValue = false
    while index < before {
      let kind = tokens[index].kind
      if depth == 0, kind == .name, index + 1 < tokens.count, tokens[index + 1].kind == .assign {
        if hasValue, call.label == nil { call.position += 1 }
        let name = source[tokens[index].span]
        call.labels.append(name)
        call.label = name
        call.isAtArgument = false
        hasValue = false
        index += 2
        continue
      }
      if depth == 0, kind == .comma {
        if hasValue, call.label == nil { call.position += 1 }
        call.label = nil
        call.isAtArgument = true
        hasValue = false
      } else {
        if isOpen(kind) { depth += 1 }
        if kind.isClosing { depth -= 1 }
        call.isAtArgument = false
        hasValue = true
      }
      index += 1
    }
    // Behind a finished value a further `name=` may follow without a comma.
    if depth == 0, hasValue, before > 0, tokens[before - 1].kind.endsOperand {
      call.isAtArgument = true
    }
    self.call = call
  }

  private mutating func findPlace() {
    if isInParameters { return }
    guard before > 0 else {
      place = .expression
      return
    }
    let last = tokens[before - 1]
    switch last.kind {
    case .dot: place = before > 1 ? .member(of: before - 2) : .nothing
    case .def, .for: place = .nothing
    case _ where last.kind.endsOperand:
      isBehindCallee = call?.callee == last
      place = isBehindCallee ? .expression : .joint
    default: place = .expression
    }
  }
}

extension TokenKind {
  /// Whether an operand can end with it.
  var endsOperand: Bool {
    switch self {
    case .name, .number, .string, .true, .false, .none, .closeParenthesis, .closeBracket: true
    default: false
    }
  }
}
