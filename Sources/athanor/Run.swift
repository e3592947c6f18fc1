import ArgumentParser
import Terminal
import Transcripts

/// `athanor run FILE...`
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run scripts, the inputs of transcripts and the cells of notebooks.",
    discussion: "All files run in one session, up to the first error.")

  @Argument(help: ArgumentHelp(".ath, .md or .ipynb files.", valueName: "file"))
  var files: [String]

  @OptionGroup var options: SessionOptions

  mutating func run() throws {
    // Every file is read before the first line runs: a typing error in a name costs no hours.
    let inputs = try files.flatMap { file in
      try Document.read(file).inputs.map { Batch.Input($0, origin: file) }
    }
    throw try Ending(options.batch().run(inputs))
  }
}
