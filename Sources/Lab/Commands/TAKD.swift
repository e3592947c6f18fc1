import Catalog
import Datasets
import Losses
import Models
import Optimizers
import Training

/// `takd`: distillation by way of teacher assistants.
enum TAKD {
  static let declaration: Declaration = .command(
    "takd", "Distils a teacher into a student by way of assistants, one run after the other.",
    details: """
      teacher → first assistant → … → student: each is fitted to the end of the plan before it \
      teaches the next one, which helps where the student is much smaller than the teacher. \
      Mirzadeh et al. 2020, https://arxiv.org/abs/1902.03393; name the assistants from large to \
      small. Every run is of `distill` with the same goal and plan, stays on record and can be \
      compared; the last one is returned and is the current run. ^C stops after the current step \
      and keeps everything: `fit` finishes the run that was interrupted, and \
      takd(student, assistant, data, …) with that assistant as teacher goes on with the rest.
      """,
    Argument("student", "The network at the end of the chain.") as Argument<Model>,
    Argument("teacher", "The network at its start; it is not changed.") as Argument<Model>,
    Argument("data", "What all are trained on.") as Argument<Dataset>,
    Argument("assistants", "The networks between, from large to small.") {
      $0.isEmpty ? "must name at least one model" : nil
    } as Argument<[Model]>,
    Argument("goal", "The loss of every run.", default: Goal.usual),
    Train.optimizerArgument, Train.scheduleArgument, Train.batchArgument, Train.epochsArgument,
    Train.augmentArgument, Train.seedArgument,
    Argument("quiet", "Whether to draw nothing while it goes.", default: false),
    examples: [
      "assistant = mlp(hidden=[12], size=8)\n"
        + "run = takd(student, teacher, data, [assistant], ce() + kd(T=4), batch=512, epochs=1)"
    ],
    keywords: ["teacher assistant", "chain", "capacity gap", "sequence", "multi-step"]
  ) {
    session, student, teacher, data, assistants, goal, optimizer, schedule, batch, epochs, augment,
    seed, quiet in
    let chain = [teacher] + assistants + [student]
    try checkApart(chain)
    let setups = zip(chain, chain.dropFirst()).map { teacher, student in
      RunSetup(
        student: student, teacher: teacher, data: data, goal: goal, optimizer: optimizer,
        schedule: schedule, augmentation: augment, batch: batch, epochs: epochs,
        seed: seed ?? session.seed, shuffle: true)
    }
    // What does not go together is found before the first step, not after hours.
    for setup in setups { _ = try Run(setup) }
    return try session.carryOut(setups, isQuiet: quiet)
  }

  private static func checkApart(_ chain: [Model]) throws {
    for (index, model) in chain.enumerated()
    where chain[..<index].contains(where: { $0 === model }) {
      throw Failure(
        .argument, "takd: \(model.name) stands in the chain twice",
        advice: "clone(model) makes a copy")
    }
  }
}

extension Session {
  /// Runs made and fitted one after the other; the last one.
  fileprivate func carryOut(_ setups: [RunSetup], isQuiet: Bool) throws -> Run {
    var last: Run?
    for (index, setup) in setups.enumerated() {
      // Made only now, so that its record has all that happened to its teacher.
      journal.note(setup.student)
      let run = try made(setup)
      if !isQuiet {
        write("\(index + 1) of \(setups.count): \(run.line)\n", toError: false)
      }
      journal.note(run)
      try fit(run, to: run.plannedSteps, evaluates: true, isQuiet: isQuiet)
      last = run
    }
    guard let last else { throw Failure(.argument, "takd needs at least one assistant") }
    return last
  }
}
