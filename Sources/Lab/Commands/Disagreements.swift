import Catalog
import Datasets
import Models
import Plots
import Training

enum Disagreements {
  static let declaration: Declaration = .command(
    "disagreements", "Shows the samples that student and teacher take for different classes.",
    details: """
      Those with the largest KL(teacher ‖ student) come first. With each picture stand its label \
      and the three likeliest classes of both. Below: how often the one or the other is right.
      """,
    ResultArguments.model, ResultArguments.teacher, ResultArguments.part,
    ResultArguments.top("How many samples.", 12), ResultArguments.batch,
    examples: ["disagreements student, teacher, top=6", "disagreements"],
    keywords: ["fidelity", "differ", "samples", "pictures", "teacher"]
  ) { session, subject, teacher, part, top, batch in
    let asked = try session.resultSubject("disagreements", subject.value, teacher, part)
    guard asked.teacher != nil else {
      throw Failure(
        .argument, "disagreements needs a teacher to compare with",
        advice: "disagreements student, teacher")
    }
    var scores: [(index: Int, score: Double)] = []
    var (own, other, none) = (0, 0, 0)
    try session.judge(asked, batch: batch) { index, judgement in
      guard judgement.agrees == false else { return }
      scores.append((index, judgement.divergence ?? 0))
      if judgement.model.isRight {
        own += 1
      } else if judgement.teacher?.isRight == true {
        other += 1
      } else {
        none += 1
      }
    }
    var sheet = try session.sheet(
      "\(asked.modelName) against \(asked.teacherName ?? "teacher")", of: asked,
      roles: asked.roles, scores: scores, called: "KL", top: top)
    let share = NumberFormat.percent(1).text(
      Double(scores.count) / Double(asked.part.split.count))
    sheet.notes = [
      "they disagree on \(grouped(scores.count)) of \(grouped(asked.part.split.count)) samples "
        + "(\(share)): the teacher is right on \(grouped(other)), the student on \(grouped(own)), "
        + "neither on \(grouped(none))"
    ]
    return sheet
  }
}
