import ArgumentParser
import Catalog
import Conversation
import Glibc
import Jupyter
import Lab
import Terminal

/// The command line: what is asked for without a subcommand, and the list of subcommands.
@main
struct Athanor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "athanor",
    abstract: "An interactive laboratory for knowledge distillation.",
    discussion: """
      Without a subcommand it talks: at a terminal line by line, else with standard input as a \
      script. `help` inside lists what can be called.

      Exit codes: 0 done, 1 a statement failed, 2 wrong usage, 130 interrupted.
      """,
    version: Kernel.version,
    subcommands: [
      Run.self, Test.self, Bench.self, KernelCommand.self, Doctor.self, ReferenceCommand.self,
    ])

  @Option(
    name: .customShort("c"), help: ArgumentHelp("Execute one line of code.", valueName: "code"))
  var code: String?

  @OptionGroup var options: SessionOptions

  @Flag(help: "Say nothing at the start of a conversation.")
  var quiet = false

  @Flag(
    help: "For screen readers: no colour, nothing redrawn, plots in words, no drawing characters.")
  var plain = false

  mutating func run() throws {
    if let code {
      throw try Ending(options.batch().run([.init(code)]))
    }
    guard isatty(0) == 1 else {
      let script = try StandardInput.read()
      let batch = options.batch(readsAnswers: false)
      throw try Ending(batch.run([.init(script, origin: "<stdin>")]))
    }
    let banner = "Athanor \(Kernel.version) · 'help' shows what there is, ^D leaves"
    let repl = REPL(
      factory: plain ? Athanor.makePlainSession : Lab.makeSession,
      options: .init(color: options.color, isQuiet: quiet, banner: banner, isPlain: plain))
    throw try Ending(repl.run())
  }

  /// A session that tells plots in words.
  private static let makePlainSession: InterpreterFactory = { listener, interruption in
    let session = Lab.makeSession(listener, interruption)
    _ = session.execute(Request("set plot=\"words\"", isRecorded: false))
    return session
  }

  /// Parses, runs, and ends with the exit code that the command line promises.
  static func main() { Glibc.exit(perform()) }

  private static func perform() -> Int32 {
    SoundBLAS.ensure()
    do {
      var command = try parseAsRoot()
      try command.run()
      return 0
    } catch let ending as Ending {
      return ending.code
    } catch let error as any Explained {
      Complaint(error.failure).show()
      return 1
    } catch {
      return tell(error)
    }
  }

  /// Says what the parser has to say: help and version are no errors, anything else is wrong usage.
  private static func tell(_ error: any Error) -> Int32 {
    let code = exitCode(for: error)
    let message = fullMessage(for: error)
    if code.isSuccess {
      print(message)
      return 0
    }
    Complaint.write(message + "\n")
    return code == .validationFailure ? 2 : 1
  }
}

/// How the program ends, thrown by a command that knows its exit code.
struct Ending: Error {
  let code: Int32

  init(_ code: Int32) { self.code = code }
}
