import Catalog
import Training

enum Control {
  static let declaration: Declaration = .command(
    "control", "The same run without its teacher: same weights, seed, batches and steps.",
    details: """
      Trains a copy of the student from its first weights on the terms of the goal that need no \
      teacher (`ce()` where none is left), for as many steps as the run has done. What distillation \
      brings is the difference to this.
      """,
    Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
    Argument("quiet", "Whether to draw nothing while it goes.", default: false),
    examples: ["c = control(run)"], keywords: ["baseline", "ablation", "no teacher"]
  ) { session, subject, quiet in
    let run = try session.run(subject)
    let control = try run.control()
    let current = session.currentRun
    session.adopt(control)
    // The run under study stays the current one.
    session.currentRun = current
    if run.steps > 0 {
      try session.fit(
        control, to: run.steps, evaluates: run.log["test_accuracy"] != nil, isQuiet: quiet)
    }
    return control
  }
}
