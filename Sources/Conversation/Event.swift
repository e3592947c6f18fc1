public import Catalog

/// What a session shows while it runs. Every event can cross threads.
///
/// Front doors (terminal, notebook, transcripts) depend on this module and not on the laboratory, so
/// each can be tested against a session made of a few lines.
public enum Event: Sendable, Equatable {
  /// Text as it comes, no line end added.
  case text(String)
  /// Text for standard error.
  case warning(String)
  /// Something drawn: a plot, a table. `id` names it if it may be redrawn later.
  case display(Display, id: String?)
  /// The display of that id as it looks now. At most ten a second, and a last one at the end.
  case update(Display, id: String)
  /// The value of a bare expression; `last` marks the final statement of the input.
  case value(Display, last: Bool)
  /// Work that goes on beside the conversation, as it looks now: redrawn where it first stood where
  /// that can be done; at a terminal only its notes appear, each a line above the prompt.
  case aside(Display, id: String, note: String?, last: Bool)
  /// What is drawn so far is to vanish; with `wait`, only when something new comes.
  case clear(wait: Bool)
  /// Long text that a terminal may page and a notebook may show aside.
  case page(Display)
  /// Text to put into the next input.
  case nextInput(String)
}

/// Whoever shows a session's events; called on the session's thread.
public protocol Listener: AnyObject {
  func receive(_ event: Event)
  /// Asks the person. Throws `InputUnavailable` where nobody can answer, `Interrupted` on ^C.
  func ask(_ prompt: String, secret: Bool) throws -> String
}

/// Nobody is there to answer a question.
public struct InputUnavailable: Explained {
  public init() {}
  public var failure: Failure {
    Failure(.input, "nobody can answer a question here", advice: "pass the value as an argument")
  }
}

/// The person asked to stop; whole steps done so far are kept.
public struct Interrupted: Explained {
  public init() {}
  public var failure: Failure { Failure(.interrupted, "interrupted") }
}
