/// A parsed text.
public struct Program: Sendable {
  public let source: SourceText
  public let statements: [Statement]
}

/// One statement.
public struct Statement: Sendable {
  indirect enum Kind: Sendable {
    case expression(Expression)
    case assign(target: Expression, value: Expression)
    case help(HelpTarget)
    case loop(variable: Identifier, sequence: Expression, body: [Statement])
    case branch([Branch], otherwise: [Statement]?)
    case define(FunctionNode)
    case `return`(Expression?)
  }

  let kind: Kind
  public let span: Span
  /// Whether a `;` at the end of its line hides its value.
  public internal(set) var isMuted = false
}

/// What `?` stands behind.
enum HelpTarget: Sendable {
  case keyword(String)
  case expression(Expression)
}

struct Branch: Sendable {
  let condition: Expression
  let body: [Statement]
}

struct Identifier: Sendable {
  let name: String
  let span: Span
}

/// `def name(parameters) { body }`.
struct FunctionNode: Sendable {
  struct Parameter: Sendable {
    let identifier: Identifier
    let fallback: Expression?
  }

  let identifier: Identifier
  let parameters: [Parameter]
  let body: [Statement]
}

/// An expression and where it stands.
///
/// Chains (`1+1+…`, `a.b.c…`, `- - x`, `2**2**…`) are flat arrays and brackets are bounded, so
/// neither walking nor freeing a tree can exhaust the stack.
struct Expression: Sendable {
  indirect enum Kind: Sendable {
    case none
    case bool(Bool)
    case number(Double)
    case string(String)
    case name(String)
    case list([Expression])
    case comprehension(Comprehension)
    /// Sums or products, from left to right.
    case chain(Expression, [Link])
    /// `-a ** -b ** c`, from right to left.
    case powers([Power])
    case comparison(TokenKind, operatorSpan: Span, Expression, Expression)
    case range(Expression, Expression)
    case all([Expression])
    case any([Expression])
    /// `not not … x`.
    case not(count: Int, Expression)
    case postfix(Expression, [Suffix])
  }

  struct Link: Sendable {
    let symbol: TokenKind
    let symbolSpan: Span
    let operand: Expression
  }

  struct Power: Sendable {
    let negations: Int
    let operand: Expression
  }

  struct Comprehension: Sendable {
    let element: Expression
    let variable: Identifier
    let sequence: Expression
    let condition: Expression?
  }

  /// What may stand behind a primary.
  enum Suffix: Sendable {
    case call([ArgumentNode], Span)
    case index(Expression, Span)
    case member(Identifier)
  }

  let kind: Kind
  /// With brackets around it, if any.
  var span: Span
}

/// An argument as it stands in a call.
struct ArgumentNode: Sendable {
  let label: Identifier?
  let value: Expression
}

extension Expression.Suffix {
  var isCall: Bool {
    if case .call = self { return true }
    return false
  }

  var member: Identifier? {
    if case .member(let name) = self { return name }
    return nil
  }
}
