import Catalog
import Conversation
import Training

enum Wait {
  static let declaration: Declaration = .command(
    "wait", "Waits until what is carried out in the background is done.",
    details: "^C ends the waiting, not the run.",
    Argument("run", "The run; all of them where none is named.", default: Subject<Run>()),
    examples: ["fit background=true; wait"], keywords: ["background", "join"]
  ) { session, subject in
    let awaited = try session.asides(of: subject).map(ObjectIdentifier.init)
    while session.asides.contains(where: { awaited.contains(ObjectIdentifier($0)) }) {
      try session.check()
      session.workAside { session.interruption.isRequested }
    }
    return Value.none
  }
}
