import ArgumentParser
import Catalog
import Terminal
import Transcripts

/// `athanor run FILE...`
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run scripts, the inputs of transcripts and the cells of notebooks.",
    discussion: """
      All files run in one session, up to the first error. The cell of a notebook that has the tag \
      'parameters' assigns what --set can change; --rehearse sets what the notebook's metadata \
      (athanor.rehearsal) says, to try one that takes long.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp(".ath, .md or .ipynb files.", valueName: "file"))
  var files: [String]

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Set a parameter of a notebook.", valueName: "name=value"))
  var settings: [String] = []

  @Flag(help: "Run notebooks with the small values they name themselves.")
  var rehearse = false

  @OptionGroup var options: SessionOptions

  mutating func run() throws {
    // Every file is read before the first line runs: a typing error in a name costs no hours.
    let own = try settings.map { try NotebookParameter(parsing: $0) }
    let inputs = try files.flatMap { file in
      try code(of: Document.read(file), named: file, own).map { Batch.Input($0, origin: file) }
    }
    throw try Ending(options.batch().run(inputs))
  }

  private func code(
    of document: Document, named file: String, _ own: [NotebookParameter]
  ) throws -> [String] {
    guard case .notebook(let notebook) = document else {
      guard own.isEmpty, !rehearse else {
        throw Failure(.argument, "'\(file)' is no notebook: it has no parameters")
      }
      return document.inputs
    }
    var parameters: [NotebookParameter] = []
    if rehearse {
      guard let values = notebook.rehearsal else {
        throw Failure(.argument, "'\(file)' does not say how it is rehearsed")
      }
      parameters = values.filter { value in !own.contains { $0.name == value.name } }
    }
    return try notebook.inputs(setting: parameters + own)
  }
}
