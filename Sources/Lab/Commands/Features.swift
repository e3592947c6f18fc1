import Catalog
import Datasets
import Language
import Layers
import Losses
import Models
import Plots
import Training

enum Features {
  static let declaration: Declaration = .command(
    "features", "Places of networks that losses can look at: shapes, pairs, adapters, similarity.",
    details: """
      Of one model: every module path with the shape of its output for one image, N first; any of \
      them can stand in on=. Of two: the stages of both, the pairs that losses take by themselves, \
      what brings the student's feature to the teacher's shape (a 1×1 convolution for channels; \
      averaging or bilinear enlargement for space; class tokens are left out), and a map of linear \
      CKA between the stages (Kornblith et al. 2019, https://arxiv.org/abs/1905.00414; unbiased \
      HSIC, summed over mini-batches of 64): 1 where two places say the same up to rotation and \
      scale.
      """,
    Argument("student", "The model, or the student of a pair.") as Argument<Model>,
    Argument("teacher", "The teacher of a pair.", default: Model?.none),
    Argument(
      "on", "A data set (its test part) or a split for the map; none: the current run's data.",
      default: DataPart?.none),
    Argument("samples", "Samples for the map.", default: 256) {
      (4...100_000).contains($0) ? nil : "must be in 4..100000"
    },
    Argument(
      "size", "Height and width of the image; none: that of the data, or the model's usual.",
      default: Int?.none
    ) { ($0 ?? 1) < 1 ? "must be at least 1" : nil },
    examples: ["features student", "features student, teacher, on=data.test, samples=32"],
    keywords: ["hints", "stages", "CKA", "similarity", "adapters", "shapes", "paths"]
  ) { session, student, teacher, on, samples, size in
    // A run of other networks may be current: its data count only where these can see them.
    let models = [student] + (teacher.map { [$0] } ?? [])
    let own = session.currentRun?.data
    let fitting = own.flatMap { data in
      models.allSatisfy { $0.channels == data.channels && $0.classes >= data.classes } ? data : nil
    }
    let part = on ?? fitting.map { DataPart(data: $0, split: $0.test) }
    let side = size ?? part.flatMap { $0.data.height == $0.data.width ? $0.data.height : nil }
    guard let teacher else { return try places(of: student, size: side) }
    let pair = FeaturePlaces(
      student: student, teacher: teacher,
      names: [student, teacher].map { session.variable(holding: $0) ?? $0.name })
    session.show(try pair.stages(size: side))
    var table = try pair.pairs(size: side, hasMap: part != nil)
    if let part {
      let view = EvaluationView(session)
      defer { view.close() }
      let map = try similarity(
        of: student, pair.paths(student), to: teacher, pair.paths(teacher), on: part.split,
        of: part.data, samples: samples, check: session.check
      ) { view.follow(done: $0, of: min(samples, part.split.count)) }
      let drawn = pair.plot(map, on: part.split.name)
      session.show(drawn)
      table.plot = drawn
    }
    return table
  }

  private static func places(of model: Model, size: Int?) throws -> Table {
    let (size, shapes) = try model.places(size: size)
    let kinds = Dictionary(
      model.network.modules.map { ($0.path, $0.module.kindName) }, uniquingKeysWith: { a, _ in a })
    let roles = model.roles
    return Table(
      "\(model.script), input \(size)×\(size)×\(model.channels)",
      columns: [
        .init("path", isKept: true), .init("kind"), .init("output", alignment: .right),
        .init("place"),
      ],
      rows: shapes.map { path, shape in
        [
          .text(path), .text(kinds[path] ?? ""), .text(shapeCell(shape)),
          roles[path].map { .text($0) } ?? .missing,
        ]
      })
  }
}

/// A shape without the batch: "8×8×64".
func shapeCell(_ shape: [Int]) -> String {
  shape.dropFirst().map(String.init).joined(separator: "×")
}

extension Model {
  /// What losses take the places of this network for, by path.
  var roles: [String: String] {
    let stages = network.stages
    var roles: [String: String] = [:]
    for (index, stage) in stages.enumerated() {
      if let path = stage.preactivation, roles[path] == nil {
        roles[path] = "stage \(index), before activation"
      }
      switch index {
      case 0: roles[stage.path] = "stem"
      case stages.count - 1:
        roles[stage.path] = roles[stage.path].map { "\($0); pooled" } ?? "pooled"
      default: roles[stage.path] = "stage \(index)"
      }
    }
    return roles
  }
}
