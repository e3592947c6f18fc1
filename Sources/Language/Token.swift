/// The kinds of token; the statement's form is decided by them alone.
enum TokenKind: UInt8 {
  case name, number, string, newline, end
  /// Where the lexer gave up; its error is thrown when the parser gets there.
  case failure
  case `for`, `in`, `if`, `else`, def, `return`, and, or, not, `true`, `false`, none
  case openParenthesis, closeParenthesis, openBracket, closeBracket, openBrace, closeBrace
  case comma, semicolon, dot, question, assign
  case equal, notEqual, less, lessEqual, greater, greaterEqual
  case range, plus, minus, times, divide, modulo, power
}

struct Token: Equatable {
  var kind: TokenKind
  private let lower: UInt32
  private let upper: UInt32

  init(_ kind: TokenKind, _ start: Int, _ end: Int) {
    self.kind = kind
    lower = UInt32(start)
    upper = UInt32(end)
  }

  var start: Int { Int(lower) }
  var end: Int { Int(upper) }
  var span: Span { Span(start, end) }
}

extension TokenKind {
  /// The words that cannot be names.
  static let keywords: [String: TokenKind] = [
    "for": .for, "in": .in, "if": .if, "else": .else, "def": .def, "return": .return,
    "and": .and, "or": .or, "not": .not, "true": .true, "false": .false, "none": .none,
  ]

  /// The same words as Python writes them, and papermill its parameters.
  static let pythonWords: [String: TokenKind] = ["True": .true, "False": .false, "None": .none]

  /// Whether a line that ends in it goes on, besides the open brackets.
  var continuesLine: Bool {
    switch self {
    case .comma, .dot, .assign, .and, .or, .not, .in, .openParenthesis, .openBracket, .openBrace:
      true
    default: isBinaryOperator
    }
  }

  /// Whether it stands between two operands.
  var isBinaryOperator: Bool {
    switch self {
    case .and, .or, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .range, .plus,
      .minus, .times, .divide, .modulo, .power:
      true
    default: false
    }
  }

  var isComparison: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: true
    default: false
    }
  }

  /// Whether a NAME before it, at the start of a statement, is a call without parentheses.
  var startsCommandArgument: Bool {
    switch self {
    case .name, .number, .string, .true, .false, .none: true
    default: false
    }
  }

  /// The bracket that closes this one.
  var closing: TokenKind? {
    switch self {
    case .openParenthesis: .closeParenthesis
    case .openBracket: .closeBracket
    case .openBrace: .closeBrace
    default: nil
    }
  }

  var isClosing: Bool {
    self == .closeParenthesis || self == .closeBracket || self == .closeBrace
  }

  var isKeyword: Bool { rawValue >= TokenKind.for.rawValue && rawValue <= TokenKind.none.rawValue }
}
