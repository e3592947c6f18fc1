import Catalog
import Datasets
import Models
import Training

enum LabelErrors {
  static let declaration: Declaration = .command(
    "labels", "Shows samples whose label a teacher contradicts strongly: suspected label errors.",
    details: """
      Ordered by p(predicted) − p(label), the margin by which the teacher is sure of another class. \
      `above` is the least margin that counts. A teacher believes the labels that it was trained \
      on: look at samples that it has not seen.
      """,
    Argument(
      "teacher", "The model that is believed; the current run's teacher by default.",
      default: Subject<Model>()),
    ResultArguments.part, ResultArguments.top("How many samples.", 12),
    Argument("above", "Least margin.", default: 0.5) {
      $0 >= 0 && $0 < 1 ? nil : "must be in 0 ..< 1"
    },
    ResultArguments.batch,
    examples: ["labels teacher, on=data.test, top=6", "l = labels(teacher, above=0); l.indices"],
    keywords: ["label errors", "noise", "mislabelled", "clean", "wrong"]
  ) { session, subject, part, top, least, batch in
    let own = try subject.value ?? session.run(Subject()).teacher
    guard let teacher = own else {
      throw Failure(.argument, "labels needs a teacher", advice: "labels teacher, on=data.test")
    }
    var asked = try session.resultSubject("labels", teacher, nil, part)
    asked.teacher = nil
    var scores: [(index: Int, score: Double)] = []
    try session.judge(asked, batch: batch) { index, judgement in
      let verdict = judgement.model
      let margin = verdict.confidence - verdict.labelShare
      if !verdict.isRight, margin >= least { scores.append((index, margin)) }
    }
    var sheet = try session.sheet(
      "labels that \(asked.modelName) contradicts", of: asked, roles: [("teacher", teacher)],
      scores: scores, called: "margin", top: top)
    sheet.notes =
      [
        "\(grouped(scores.count)) of \(grouped(asked.part.split.count)) labels are contradicted by "
          + "a margin of \(numberText(least)) or more"
      ] + teacher.doubts(asked.modelName)
    return sheet
  }
}
