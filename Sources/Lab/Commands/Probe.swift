import Catalog
import Training

enum Probe {
  static let declaration: Declaration = .command(
    "probe",
    "What each term of the goal does to the student, on the next batch; nothing is changed.",
    details: """
      For every term: value, weight, share of the total, norm of its weighted gradient over all \
      parameters and by layer group, and the cosine of its gradient to every other term's: 1 where \
      they pull the same way, below 0 where they pull against each other. Over several batches \
      values and gradients are means. `.table`, `.layers`, `.shares`, `.norms`, `.cosines` are its \
      members.
      """,
    Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
    Argument("batches", "How many batches.", default: 1) {
      (1...10_000).contains($0) ? nil : "must be in 1..10000"
    },
    examples: ["probe", "p = probe(run, batches=2); p.shares"],
    keywords: ["gradient", "cosine", "conflict", "terms", "share", "balance"]
  ) { session, subject, batches in
    let run = try session.run(subject)
    return ProbeReport(
      run: session.name(of: run),
      probe: try run.probe(batches: batches, check: session.check))
  }
}
