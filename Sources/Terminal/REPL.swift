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
    /// Whether what is shown is for who listens or reads with the fingers: no colour, nothing
    /// redrawn, no characters that only look like something.
    public var isPlain: Bool

    public init(
      color: ColorChoice = .auto, isQuiet: Bool = false, banner: String = "", isPlain: Bool = false
    ) {
      self.isPlain = isPlain
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
    let thread = try SessionThread { () -> Result<Int32, Failure> in
      defer { signals.finish() }
      do throws(Failure) {
        return .success(try Dialogue(factory, options, signals).run())
      } catch {
        return .failure(error)
      }
    }
    signals.serve()
    return try thread.join()?.get() ?? 1
  }
}
