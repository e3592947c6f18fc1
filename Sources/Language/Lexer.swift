/// What a text may at most be; more is an error, never a crash.
enum SourceLimits {
  static let bytes = 4_000_000
  /// Brackets and braces open at once. Every level costs the parser and the evaluator a few stack
  /// frames, and a thread may have no more than 512 KiB.
  static let nesting = 64
  /// Steps of an assignment's target, `a.b[0].c = …`.
  static let targetSteps = 100
}

/// A text cut into tokens.
struct Lexed {
  var tokens: [Token] = []
  /// What went wrong at the `.failure` token, which is then the last but `.end`.
  var failure: SyntaxError?
  /// The brackets that are open at the end.
  var open: [Token] = []
  /// The comment that the text ends in.
  var comment: Span?
}

/// Cuts a text into tokens, newlines included where they end a statement.
struct Lexer {
  private let scalars: [Unicode.Scalar]
  private let end: Int
  private let isTooLong: Bool
  private var index: Int
  private var result = Lexed()

  /// - Parameters:
  ///   - start: Where to begin, if not at the start of the text.
  ///   - limit: Where to stop, for a question about what stands before the cursor.
  private init(_ source: SourceText, from start: Int, upTo limit: Int) {
    scalars = source.scalars
    isTooLong = source.isTooLong
    index = min(max(0, start), source.count)
    end = max(0, min(limit, source.count))
  }

  /// All tokens; an error becomes a `.failure` token, so that an earlier error of the parser wins.
  static func tokens(
    of source: SourceText, from start: Int = 0, upTo limit: Int = .max
  ) -> Lexed {
    var lexer = Lexer(source, from: start, upTo: limit)
    return lexer.run()
  }

  private mutating func run() -> Lexed {
    do throws(SyntaxError) {
      if isTooLong {
        throw SyntaxError(
          "the input is too long: more than \(SourceLimits.bytes) bytes", at: Span(0, 0))
      }
      while index < end { try next() }
    } catch {
      result.failure = error
      result.tokens.append(Token(.failure, error.span.start, error.span.end))
    }
    result.tokens.append(Token(.end, end, end))
    return result
  }

  private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
    index + ahead < end ? scalars[index + ahead] : nil
  }

  private mutating func next() throws(SyntaxError) {
    let scalar = scalars[index]
    switch scalar {
    case _ where scalar.isBlank: index += 1
    case "\n", "\r":
      newline()
      index += 1
    case "#": skipComment()
    case "\"", "'": try string(quote: scalar)
    case _ where scalar.isDigit: try number()
    case _ where scalar.startsName: name()
    default: try symbol(scalar)
    }
  }

  /// A newline counts unless a round or square bracket is open or the line waits for more.
  private mutating func newline() {
    if let bracket = result.open.last?.kind, bracket != .openBrace { return }
    guard let last = result.tokens.last?.kind, last != .newline, !last.continuesLine else { return }
    result.tokens.append(Token(.newline, index, index + 1))
  }

  private mutating func skipComment() {
    let start = index
    while let scalar = peek(), !scalar.isLineEnd { index += 1 }
    if index == end { result.comment = Span(start, index) }
  }

  private mutating func name() {
    let start = index
    while let scalar = peek(), scalar.continuesName { index += 1 }
    // No keyword is longer than six letters.
    var kind = TokenKind.name
    if index - start <= 6 {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars[start..<index])
      let word = String(view)
      kind = TokenKind.keywords[word] ?? TokenKind.pythonWords[word] ?? .name
    }
    result.tokens.append(Token(kind, start, index))
  }

  private mutating func number() throws(SyntaxError) {
    let start = index
    digits()
    if peek() == ".", let after = peek(1), after.isDigit {
      index += 1
      digits()
    } else if peek() == ".", peek(1) != ".", peek(1)?.startsName != true {
      // `5.` is 5 as in Python; `5..9` is a range and `5.sqrt()` a call.
      index += 1
    }
    if let e = peek(), e == "e" || e == "E" {
      let sign = peek(1) == "-" || peek(1) == "+" ? 1 : 0
      if let digit = peek(1 + sign), digit.isDigit {
        index += 1 + sign
        digits()
      }
    }
    if let scalar = peek(), scalar.continuesName {
      while let scalar = peek(), scalar.continuesName { index += 1 }
      throw SyntaxError(
        "a number runs into a name", advice: "put an operator or a space between them",
        at: Span(start, index))
    }
    result.tokens.append(Token(.number, start, index))
  }

  /// Digits with single underscores between them.
  private mutating func digits() {
    while let scalar = peek() {
      let isSeparator = scalar == "_" && peek(1)?.isDigit == true
      guard scalar.isDigit || isSeparator else { return }
      index += 1
    }
  }

  private mutating func string(quote: Unicode.Scalar) throws(SyntaxError) {
    let start = index
    index += 1
    while let scalar = peek() {
      index += 1
      if scalar == quote {
        result.tokens.append(Token(.string, start, index))
        return
      }
      if scalar == "\\", peek() != nil { index += 1 }
    }
    index = start
    throw SyntaxError(
      "the string that starts here is never closed", at: Span(start, start + 1),
      isIncomplete: true)
  }

  private mutating func symbol(_ scalar: Unicode.Scalar) throws(SyntaxError) {
    guard let (kind, length) = Self.symbol(scalar, peek(1)) else {
      throw Self.unexpected(scalar, peek(1), at: Span(index, index + 1))
    }
    let token = Token(kind, index, index + length)
    if kind.closing != nil {
      guard result.open.count < SourceLimits.nesting else {
        throw SyntaxError(
          "brackets are nested more than \(SourceLimits.nesting) deep", at: token.span)
      }
      result.open.append(token)
    } else if kind.isClosing {
      try close(token)
    }
    result.tokens.append(token)
    index += length
  }

  private mutating func close(_ token: Token) throws(SyntaxError) {
    guard let opening = result.open.last else {
      throw SyntaxError("'\(scalars[token.start])' closes nothing", at: token.span)
    }
    guard opening.kind.closing == token.kind else {
      throw SyntaxError(
        "'\(scalars[token.start])' does not close '\(scalars[opening.start])'", at: token.span)
    }
    result.open.removeLast()
  }
}

extension Lexer {
  private static func symbol(
    _ first: Unicode.Scalar, _ second: Unicode.Scalar?
  ) -> (TokenKind, Int)? {
    switch (first, second) {
    case ("=", "="): (.equal, 2)
    case ("!", "="): (.notEqual, 2)
    case ("<", "="): (.lessEqual, 2)
    case (">", "="): (.greaterEqual, 2)
    case (".", "."): (.range, 2)
    case ("*", "*"): (.power, 2)
    case ("=", _): (.assign, 1)
    case ("<", _): (.less, 1)
    case (">", _): (.greater, 1)
    case (".", _): (.dot, 1)
    case ("*", _): (.times, 1)
    case ("(", _): (.openParenthesis, 1)
    case (")", _): (.closeParenthesis, 1)
    case ("[", _): (.openBracket, 1)
    case ("]", _): (.closeBracket, 1)
    case ("{", _): (.openBrace, 1)
    case ("}", _): (.closeBrace, 1)
    case (",", _): (.comma, 1)
    case (";", _): (.semicolon, 1)
    case ("?", _): (.question, 1)
    case ("+", _): (.plus, 1)
    case ("-", _): (.minus, 1)
    case ("/", _): (.divide, 1)
    case ("%", _): (.modulo, 1)
    default: nil
    }
  }

  /// An error for a character that no token has, with advice for those that other languages have.
  private static func unexpected(
    _ scalar: Unicode.Scalar, _ next: Unicode.Scalar?, at span: Span
  ) -> SyntaxError {
    let advice: String? =
      switch scalar {
      case ":": "blocks stand in braces: { … }"
      case "!": "write 'not'"
      case "&": "write 'and'"
      case "|": "write 'or'"
      case "^": "powers are written with '**'"
      case "“", "”", "„", "«", "»", "‘", "’": "use straight quotes"
      case "−", "–": "use a plain '-'"
      case "×", "·": "write '*'"
      default: nil
      }
    return SyntaxError("unexpected character \(named(scalar))", advice: advice, at: span)
  }

  private static func named(_ scalar: Unicode.Scalar) -> String {
    let isPrintable = scalar.value > 0x20 && scalar.value != 0x7F && columns(of: scalar) > 0
    if isPrintable { return "'\(scalar)'" }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
