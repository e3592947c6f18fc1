import Catalog
import Training

enum Fork {
  static let declaration: Declaration = .command(
    "fork", "A run that goes on from where another is, by itself.",
    details: """
      The fork has a copy of the student, of the optimizer's memory, of the figures and of the way \
      back; teacher and data are shared. What either does from now on, the other does not see. The \
      fork becomes the current run.
      """,
    Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
    examples: ["step; other = fork(run); step other"],
    keywords: ["branch", "copy", "what if", "compare"]
  ) { session, subject in
    let run = try session.run(subject)
    let fork = try run.fork()
    session.recorder.note(parent: session.recorder.key(of: run), of: fork)
    session.adopt(fork)
    return fork
  }
}
