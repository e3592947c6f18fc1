public import Catalog
public import Conversation

/// The conversation at a terminal: reads an input, executes it, shows what comes, and so on.
public struct REPL: Sendable {
  public struct Options: Sendable {
    public var color: ColorChoice
    /// Says nothing at the start.
    public var isQuiet: Bool
    /// Shown at the start.
    public var banner: String

    public init(color: ColorChoice = .auto, isQuiet: Bool = false, banner: String = "") {
      self.color = color
      self.isQuiet = isQuiet
      self.banner = banner
    }
  }

  private let factory: InterpreterFactory
  private let options: Options

  public init(factory: @escaping InterpreterFactory, options: Options = Options()) {
    self.factory = factory
    self.options = options
  }

  /// Talks until the person leaves. Blocks the calling thread, which serves signals meanwhile.
  /// - Returns: 0, or what `quit` said.
  /// - Throws: A `Failure` where no session can be started.
  public func run() throws(Failure) -> Int32 {
    let signals = Signals(Interruption(), interactive: true)
    let thread = try SessionThread {
      defer { signals.finish() }
      return Dialogue(factory, options, signals).run()
    }
    signals.serve()
    return thread.join() ?? 1
  }
}
