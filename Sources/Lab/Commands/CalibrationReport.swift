import Catalog
import Datasets
import Models
import Plots
import Tensors
import Training

enum CalibrationReport {
  static let declaration: Declaration = .command(
    "calibration", "Whether a model's probabilities are to be believed, beside its teacher's.",
    details: """
      A reliability diagram: accuracy over confidence in 15 bins of equal width, a believable model \
      on the diagonal; below it how many samples each bin has. `ece` is the mean distance from the \
      diagonal, `worst` the largest (Guo et al. 2017, https://arxiv.org/abs/1706.04599). \
      `temperature` is the one by which the logits should be divided, fitted on the validation part, \
      or, where there is none, on the first half of the split, the rest being judged after it.
      """,
    ResultArguments.model, ResultArguments.teacher, ResultArguments.part,
    Argument("bins", "Bins of equal width.", default: Calibration.usualBins) {
      (2...100).contains($0) ? nil : "must be in 2..100"
    },
    ResultArguments.batch,
    examples: ["calibration student, teacher, on=data.test", "c = calibration(student); c.ece"],
    keywords: ["reliability", "ECE", "confidence", "temperature scaling", "probability"]
  ) { session, subject, teacher, part, bins, batch in
    let asked = try session.resultSubject("calibration", subject.value, teacher, part)
    var models = [(name: asked.modelName, model: asked.model)]
    if let teacher = asked.teacher, let name = asked.teacherName { models.append((name, teacher)) }
    var sums = models.map { _ in EvaluationSums() }
    var calibrations = models.map { _ in Calibration(bins: bins) }
    try session.judge(asked, batch: batch) { _, judgement in
      var other = judgement
      if let verdict = judgement.teacher { other.model = verdict }
      for (place, one) in [judgement, other].prefix(models.count).enumerated() {
        sums[place].add(one)
        calibrations[place].add(one.model)
      }
    }
    let fits = try models.map { try session.scaling(of: $0.model, asked.part, batch) }
    let drawn = diagram(asked, models.map(\.name), calibrations)
    session.show(drawn)
    return table(
      asked, models.map(\.name), sums.map { $0.evaluation(classes: asked.model.classes) },
      calibrations, fits
    ).beside(drawn)
  }

  private static func diagram(
    _ asked: ResultSubject, _ names: [String], _ calibrations: [Calibration]
  ) -> Plot {
    let curves = zip(names, calibrations).map { name, calibration in
      let filled = calibration.bins.filter { $0.count > 0 }
      return Curve(
        name, x: filled.compactMap(\.meanConfidence), y: filled.compactMap(\.accuracy))
    }
    let marks = curves.flatMap { curve -> [Mark] in
      [.curve(curve), .points(Points(curve.name, x: curve.x, y: curve.y))]
    }
    let diagonal = Curve("believable", x: [0, 1], y: [0, 1], isDashed: true)
    let counts = zip(names, calibrations).map { name, calibration in
      Mark.histogram(
        Histogram(
          name, lower: 0, upper: 1,
          counts: calibration.bins.map { Double($0.count) / Double(max(1, calibration.samples)) }))
    }
    return Plot(
      "calibration on \(asked.part.split.name)",
      panels: [
        Panel(
          x: Axis("confidence", range: 0...1), y: Axis("accuracy", range: 0...1),
          marks: marks + [.curve(diagonal)]),
        Panel(x: Axis("confidence", range: 0...1), y: Axis("share of samples"), marks: counts),
      ])
  }

  private static func table(
    _ asked: ResultSubject, _ names: [String], _ evaluations: [Evaluation],
    _ calibrations: [Calibration], _ fits: [Session.Scaling]
  ) -> Table {
    let rows = names.indices.map { place -> [Table.Cell] in
      let (one, calibration, fit) = (evaluations[place], calibrations[place], fits[place])
      return [
        .text(names[place]), .number(one.accuracy), .number(calibration.meanConfidence),
        .number(calibration.error), .number(calibration.largestGap), .number(one.loss),
        .number(fit.scaling.temperature), .number(fit.after.error),
      ]
    }
    return Table(
      columns: [
        .init("model"), .init("accuracy", format: .percent(2)),
        .init("confidence", format: .percent(2)), .init("ece", format: .percent(2)),
        .init("worst", format: .percent(1)), .init("nll"), .init("temperature"),
        .init("ece scaled", format: .percent(2)),
      ],
      rows: rows,
      notes: [
        "temperature fitted on \(fits[0].origin), \(grouped(fits[0].scaling.samples)) samples; "
          + "ece scaled is that of softmax(z/temperature) on \(fits[0].judged)"
      ])
  }
}

extension Session {
  /// A fitted temperature, and the calibration that it makes.
  struct Scaling {
    var scaling: TemperatureScaling
    var after: Calibration
    /// What it was fitted on, and what was judged.
    var origin: String
    var judged: String
  }

  /// Samples that a temperature is fitted on at most: one number needs no more.
  private static let fitted = 5000

  /// Fits a temperature on samples that are not those it is judged on.
  func scaling(of model: Model, _ part: DataPart, _ batch: Int) throws -> Scaling {
    let own = part.split
    let held = part.data.validation.flatMap { $0 === own ? nil : $0 }
    let half = own.selecting(Array(0..<max(1, own.count / 2)), name: "half of \(own.name)")
    let rest = own.selecting(
      Array((own.count > 1 ? own.count / 2 : 0)..<own.count), name: "the other half")
    let (from, to) = held.map { ($0, own) } ?? (half, rest)
    let logits = planned(model, on: part.data)
    var rows: [Float] = []
    var labels: [Int] = []
    for low in stride(from: 0, to: min(from.count, Session.fitted), by: batch) {
      try check()
      let indices = Array(low..<min(low + batch, from.count, Session.fitted))
      rows += try logits(try from.batch(indices).images).values
      labels += indices.map { Int(from.labels[$0]) }
    }
    let scaling = try TemperatureScaling(logits: rows, labels: labels)
    var after = Calibration()
    let factor = Float(1 / scaling.temperature)
    try Training.judge(
      on: to, batchSize: batch, model: { try logits($0) * factor }, check: check,
      note: { after.add($1.model) })
    return Scaling(scaling: scaling, after: after, origin: from.name, judged: to.name)
  }
}
