import Catalog
import Datasets
import Images
import Language
import Models
import Plots
import Training

enum Audit {
  static let declaration: Declaration = .command(
    "audit", "Looks at a teacher before it teaches: how good, how fast, how sure it is.",
    details: """
      Accuracy and mean negative log likelihood; images a second before and after folding its batch \
      norms, and the largest difference that folding made; how its input is normalised beside the \
      student's; mean entropy of its predictions at temperatures 1, 2, 4, 8 (ln K is a guess among K \
      classes). Warns where it is weaker than the student, has other classes, is still being \
      trained, was never trained or loaded, or sees another normalisation.
      """,
    Argument("teacher", "The model to look at.") as Argument<Model>,
    Argument("data", "A data set (its test part) or a split.") as Argument<DataPart>,
    Argument("student", "The model that it is to teach.", default: Model?.none),
    Argument("samples", "Samples that are looked at; none: all.", default: Int?.none) {
      ($0 ?? 1) < 1 ? "must be at least 1" : nil
    },
    Argument("batch", "Samples at a time.", default: 64) {
      $0 < 1 || $0 > 65_536 ? "must be in 1..65536" : nil
    },
    examples: ["audit teacher, data", "audit teacher, data, student=student, samples=100"],
    keywords: ["teacher", "check", "folding", "speed", "entropy", "normalisation"]
  ) { session, teacher, part, student, samples, batch in
    let models = [teacher] + (student.map { [$0] } ?? [])
    try part.split.require(.classification, for: "audit")
    for model in models {
      try model.require(.classification, for: "audit")
      try part.data.requireChannels(of: model)
    }
    let view = EvaluationView(session)
    defer { view.close() }
    let total = min(part.split.count, samples ?? .max)
    let audits = try models.enumerated().map { place, model in
      try ModelAudit(
        model, on: part.split, of: part.data, samples: samples, batchSize: batch,
        check: session.check
      ) { view.follow(done: place * total + $0, of: models.count * total) }
    }
    return AuditReport(
      models: models, audits: audits, part: part,
      names: models.map { session.variable(holding: $0) ?? $0.name },
      unfinished: session.runInTraining(teacher)
    ).table
  }
}

extension Session {
  /// A run that trains this model and has not come to its end, in words.
  func runInTraining(_ model: Model) -> String? {
    for (name, value) in evaluator.variables {
      guard case .object(let run as Run) = value, run.student === model, run.steps > 0,
        run.steps < run.plannedSteps
      else { continue }
      return "'\(name)' is at step \(run.steps) of \(run.plannedSteps)"
    }
    return nil
  }
}
