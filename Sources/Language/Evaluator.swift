public import Catalog

/// Executes programs: holds the variables of a session and calls its declarations.
///
/// A statement that fails changes no variable. An interruption keeps what was done so far.
/// It belongs to one thread and may be entered again from within a call (`replay`, `timed`).
public final class Evaluator {
  public let library: Library
  /// Whom calls are made for; must outlive the evaluator, which does not retain it.
  public unowned let context: any CallContext
  /// Asked at every iteration and call; throws to stop, with a failure of kind `.interrupted`.
  public var interruption: () throws -> Void = {}
  /// Told of an object before an assignment changes one of its members.
  public var willChange: (any Object) -> Void = { _ in }
  /// Told how each outermost statement ended; a failed one is to change nothing, in objects either.
  /// An interruption keeps what was done and counts as a success.
  public var didEnd: (_ succeeded: Bool) -> Void = { _ in }
  /// Performs a statement; whoever has settings that hold while code runs puts them around it. Every
  /// statement by itself, so that a setting counts from the next one on.
  public var around: (_ statement: () -> Void) -> Void = { $0() }
  /// Names that a call takes beyond its declared arguments at this moment, for completion.
  public var freeNames: (_ call: String) -> [(name: String, summary: String)] = { _ in [] }
  /// The session's variables.
  public internal(set) var globals = Variables()
  /// The text of the top-level statement being executed.
  public internal(set) var currentStatement = ""

  var frame = Frame(source: SourceText(""))
  var depth = 0
  /// Programs being executed within one another: `replay` inside a script.
  private var programDepth = 0

  /// Levels of nested expressions, blocks and function bodies evaluated at once.
  static let maximalDepth = 500
  /// Programs within programs.
  static let maximalPrograms = 16

  public init(library: Library, context: any CallContext) {
    self.library = library
    self.context = context
  }

  // MARK: Variables

  /// All variables in the order in which they were defined.
  public var variables: [(name: String, value: Value)] { globals.all }

  /// The value of a variable, or nil.
  public func value(of name: String) -> Value? { variable(name) }

  /// Defines or changes a variable.
  public func set(_ name: String, to value: Value) { globals[name] = value }

  /// Removes a variable; false if there is none of that name.
  public func forget(_ name: String) -> Bool {
    guard globals[name] != nil else { return false }
    globals[name] = nil
    return true
  }

  /// The variables as they are, at the cost of a reference.
  public func snapshot() -> Variables { globals }

  /// Makes the variables what they were.
  public func restore(_ variables: Variables) { globals = variables }

  // MARK: Programs

  /// Parses a text.
  public func parse(_ source: SourceText) throws(Diagnostic) -> Program {
    do throws(SyntaxError) {
      return try Parser.parse(source)
    } catch {
      throw Diagnostic(error.failure, in: source, at: error.span)
    }
  }

  /// Executes statements in order.
  ///
  /// - Parameters:
  ///   - show: Receives the value of each bare expression that is not `none` and not muted, and
  ///     whether its statement is the last of the program.
  ///   - recover: Asked after a failed statement whether to go on with the next one; nil stops at
  ///     the first failure. An interruption always stops.
  public func run(
    _ program: Program, show: (Value, _ isLast: Bool) throws -> Void,
    recover: ((Diagnostic) -> Bool)? = nil
  ) throws(Diagnostic) {
    guard programDepth < Self.maximalPrograms else {
      throw Diagnostic(
        Failure(.state, "scripts replay one another without end"), in: program.source,
        at: Span(0, 0))
    }
    let (outer, outerStatement) = (frame, currentStatement)
    frame = Frame(source: program.source, caller: outer)
    programDepth += 1
    defer {
      (frame, currentStatement) = (outer, outerStatement)
      programDepth -= 1
    }
    for (index, statement) in program.statements.enumerated() {
      let before = globals
      currentStatement = program.source[statement.span]
      do throws(Diagnostic) {
        var failure: Diagnostic?
        around {
          do throws(Diagnostic) {
            try perform(statement, isLast: index == program.statements.count - 1, show: show)
          } catch {
            failure = error
          }
        }
        if let failure { throw failure }
        if programDepth == 1 { didEnd(true) }
      } catch {
        if programDepth == 1 { didEnd(error.isInterruption) }
        if error.isInterruption { throw error }
        globals = before
        guard let recover, recover(error) else { throw error }
      }
    }
  }

  /// Parses and executes a text.
  public func run(
    _ source: SourceText, show: (Value, _ isLast: Bool) throws -> Void,
    recover: ((Diagnostic) -> Bool)? = nil
  ) throws(Diagnostic) {
    try run(try parse(source), show: show, recover: recover)
  }

  /// The value of a text that is one expression.
  public func evaluate(_ source: SourceText) throws(Diagnostic) -> Value {
    try evaluate(source, with: [])
  }

  private func perform(
    _ statement: Statement, isLast: Bool, show: (Value, Bool) throws -> Void
  ) throws(Diagnostic) {
    try checkInterruption(at: statement.span)
    let value: Value
    switch statement.kind {
    case .expression(let node): value = try bareValue(node)
    case .help(let target): value = try help(target, at: statement.span)
    default:
      _ = try execute(statement)
      return
    }
    if case .none = value { return }
    if statement.isMuted { return }
    do { try show(value, isLast) } catch { throw diagnostic(error, at: statement.span) }
  }

  // MARK: Errors

  func fail(_ failure: Failure, at span: Span) -> Diagnostic {
    Diagnostic(failure, in: frame.source, at: span)
  }

  /// Any error as a diagnostic; one that has its place already keeps it.
  func diagnostic(_ error: any Error, at span: Span) -> Diagnostic {
    if let diagnostic = error as? Diagnostic { return diagnostic }
    if let explained = error as? any Explained { return fail(explained.failure, at: span) }
    return fail(Failure(.state, oneLine("\(error)")), at: span)
  }

  /// Gives the failure of a computation its place.
  func located<T>(
    at span: Span, _ body: () throws(Failure) -> T
  ) throws(Diagnostic) -> T {
    do throws(Failure) { return try body() } catch { throw fail(error, at: span) }
  }

  func checkInterruption(at span: Span) throws(Diagnostic) {
    do { try interruption() } catch { throw diagnostic(error, at: span) }
  }
}
