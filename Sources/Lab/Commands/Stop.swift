import Catalog
import Training

enum Stop {
  static let declaration: Declaration = .command(
    "stop", "Ends what is carried out in the background; every whole step is kept.",
    details: "`fit` goes on from there, in the background or not.",
    Argument("run", "The run; all of them where none is named.", default: Subject<Run>()),
    examples: ["fit background=true; stop"], keywords: ["background", "halt", "cancel", "pause"]
  ) { session, subject in
    for job in try session.asides(of: subject) {
      session.end(job, "stopped at step \(job.run.steps)")
    }
    return Value.none
  }
}
