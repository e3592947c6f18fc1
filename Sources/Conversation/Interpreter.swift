public import Catalog

/// One input to be executed.
public struct Request: Sendable {
  public var code: String
  /// Shown in error texts as the place of the input: "<input>", a file's name.
  public var origin: String
  /// Whether it becomes part of the history.
  public var isRecorded: Bool
  /// Whether values of bare expressions are shown.
  public var showsValues: Bool
  /// Goes on after a failed statement (`--keep-going`), reporting each.
  public var keepsGoing: Bool

  public init(
    _ code: String, origin: String = "<input>", isRecorded: Bool = true,
    showsValues: Bool = true, keepsGoing: Bool = false
  ) {
    self.code = code
    self.origin = origin
    self.isRecorded = isRecorded
    self.showsValues = showsValues
    self.keepsGoing = keepsGoing
  }
}

/// An error as a person reads it.
public struct Report: Error, Sendable, Equatable {
  /// `ArgumentError`, `ShapeError`, `Interrupted`, …
  public var name: String
  /// The message in one line, without the place.
  public var message: String
  /// The whole text with source line, caret, advice, usage: lines without colour.
  public var lines: [String]

  public init(name: String, message: String, lines: [String]) {
    self.name = name
    self.message = message
    self.lines = lines
  }

  public var isInterruption: Bool { name == "Interrupted" }
}

/// How an input ended.
public enum Outcome: Sendable, Equatable {
  case done
  case failed(Report)
  /// The person asked to leave, with this exit code.
  case quit(code: Int32)
}

/// Whether an input can be executed as it stands.
public enum Completeness: Sendable, Equatable {
  case complete
  /// More is awaited; `indent` is what the next line should start with.
  case incomplete(indent: String)
  /// No continuation could mend it.
  case invalid
}

/// One thing that could stand at the cursor.
public struct Completion: Sendable, Equatable {
  public var text: String
  /// "function", "argument", "variable", "member", "keyword", "model", "file", "value".
  public var type: String
  /// `resnet18(classes=1000, …)` where it can be called.
  public var signature: String
  /// One line.
  public var summary: String

  public init(_ text: String, type: String, signature: String = "", summary: String = "") {
    self.text = text
    self.type = type
    self.signature = signature
    self.summary = summary
  }
}

/// What could stand at the cursor, and which code points of the input it would replace.
public struct Completions: Sendable, Equatable {
  public var range: Range<Int>
  public var items: [Completion]

  public init(range: Range<Int>, items: [Completion]) {
    self.range = range
    self.items = items
  }
}

/// One input of the past.
public struct PastInput: Sendable, Equatable {
  /// Session number, counted from 1 over all time.
  public var session: Int
  /// Number of the input in its session, from 1.
  public var line: Int
  public var code: String
  public var output: String?

  public init(session: Int, line: Int, code: String, output: String?) {
    self.session = session
    self.line = line
    self.code = code
    self.output = output
  }
}

/// A question about the past. Session 0 is this one, -1 the one before.
public enum PastQuery: Sendable, Equatable {
  case tail(count: Int)
  case range(session: Int, start: Int, stop: Int?)
  /// Glob pattern with `*` and `?`; the newest `count`, oldest first.
  case search(pattern: String, count: Int?, unique: Bool)
}

/// A session as a front door sees it. It lives on one thread; only its interruption can be asked
/// for from elsewhere.
public protocol Interpreter: AnyObject {
  /// Executes every statement in order, up to the first that fails.
  func execute(_ request: Request) -> Outcome
  /// The value of one expression, changing nothing that is recorded.
  func evaluate(_ expression: String) -> Result<Display, Report>
  /// Positions count code points (Unicode scalars).
  func complete(_ code: String, at cursor: Int) -> Completions
  /// Help for what stands at the cursor; nil if there is none.
  func inspect(_ code: String, at cursor: Int, detailed: Bool) -> Display?
  func completeness(_ code: String) -> Completeness
  func past(_ query: PastQuery) -> [PastInput]
  /// How the reader at hand sees text; may change between inputs (a resized terminal).
  var style: Style { get set }
  /// Whether progress may be drawn and redrawn: a terminal or a notebook, not a pipe.
  var isLive: Bool { get set }
  /// Whether the front door gives it time between inputs, by `workAside`.
  var hasTimeAside: Bool { get set }
  /// Whether there is work to do between inputs.
  var hasWorkAside: Bool { get }
  /// Does a piece of that work: a training step, say.
  ///
  /// - Parameter isWanted: Looked at where the piece can be left and taken up again later: whether
  ///   somebody waits for the session.
  func workAside(while isWanted: () -> Bool)
}

extension Interpreter {
  public var hasTimeAside: Bool {
    get { false }
    set {}
  }
  public var hasWorkAside: Bool { false }
  public func workAside(while isWanted: () -> Bool) {}
}

/// Makes a session on the thread it will live on.
public typealias InterpreterFactory = @Sendable (any Listener, Interruption) -> any Interpreter
