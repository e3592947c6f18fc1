public import ArgumentParser
import Lab
public import Terminal

extension ColorChoice: ExpressibleByArgument {}

/// Flags of every command that executes code.
struct SessionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("When to use colours.", valueName: "when"))
  var color = ColorChoice.auto

  @Flag(help: "Go on after a statement that failed.")
  var keepGoing = false

  @Flag(help: "Print every input before what it shows.")
  var echo = false

  func batch(readsAnswers: Bool = true) -> Batch {
    Batch(
      factory: Lab.makeSession,
      options: .init(
        color: color, keepsGoing: keepGoing, echoes: echo, readsAnswers: readsAnswers))
  }
}
