import Catalog
import Datasets
import Models
import Training

enum Hardest {
  static let declaration: Declaration = .command(
    "hardest", "Shows the samples whose label a model holds for least likely.",
    details: """
      Ordered by the loss −ln p(label). With each picture stand its label and the three likeliest \
      classes of the model, and of the teacher where there is one.
      """,
    ResultArguments.model, ResultArguments.teacher, ResultArguments.part,
    ResultArguments.top("How many samples.", 12), ResultArguments.batch,
    examples: ["hardest student, on=data.test, top=6", "h = hardest(student, top=3); h.table"],
    keywords: ["top losses", "mistakes", "worst", "samples", "pictures"]
  ) { session, subject, teacher, part, top, batch in
    let asked = try session.resultSubject("hardest", subject.value, teacher, part)
    var scores: [(index: Int, score: Double)] = []
    var alone = asked
    alone.teacher = nil
    try session.judge(alone, batch: batch) { scores.append(($0, $1.model.loss)) }
    return try session.sheet(
      "hardest for \(asked.modelName)", of: asked, roles: asked.roles, scores: scores,
      called: "loss", top: top)
  }
}
