import Catalog
import Layers
import Losses
import Models
import Plots
import Training

/// Two networks beside each other, place by place.
struct FeaturePlaces {
  let student: Model
  let teacher: Model
  /// What the session calls them.
  let names: [String]

  /// Stem, stages and pooled vector of one network, each path once.
  func paths(_ model: Model) -> [String] {
    var seen: Set<String> = []
    return model.network.stages.map(\.path).filter { seen.insert($0).inserted }
  }

  /// The shapes of both networks' stages.
  func stages(size: Int?) throws -> Table {
    var rows: [[Table.Cell]] = []
    for (role, model) in [("student", student), ("teacher", teacher)] {
      let shapes = try shapes(of: model, size: size)
      for path in model.network.modules.map(\.path) {
        guard let place = model.roles[path], let shape = shapes[path] else { continue }
        rows.append([
          .text(role), .text(path), .text(place), .text(shapeCell(shape)),
        ])
      }
    }
    return Table(
      "\(names[0]) ← \(names[1]): places",
      columns: [
        .init("network"), .init("path", isKept: true), .init("place"),
        .init("output", alignment: .right),
      ],
      rows: rows, notes: ["features(model) lists every module's output"])
  }

  /// The pairs that losses take by themselves, with what they need.
  func pairs(size: Int?, hasMap: Bool) throws -> Table {
    let own = try shapes(of: student, size: size)
    let others = try shapes(of: teacher, size: size)
    var rows: [[Table.Cell]] = []
    for (what, choice) in [
      ("stem", FeatureChoice.stage(0)), ("stages", .stages), ("pooled", .pooled),
    ] {
      let pairs = try FeatureSites.selected(.automatic, otherwise: choice)
        .pairs(student: student, teacher: teacher)
      for pair in pairs {
        guard let a = own[pair.student], let b = others[pair.teacher] else { continue }
        let fit = try? FeatureFit(FeatureShapes(student: a, teacher: b))
        rows.append([
          .text(what), .text(pair.student), .text(shapeCell(a)), .text(pair.teacher),
          .text(shapeCell(b)), .text(fit?.channelText ?? "no map"), .text(fit?.spaceText ?? "–"),
        ])
      }
    }
    return Table(
      "pairs that losses take where on= does not say otherwise",
      columns: [
        .init("pair"), .init("student", isKept: true), .init("output", alignment: .right),
        .init("teacher", isKept: true), .init("output", alignment: .right), .init("1×1 conv"),
        .init("space"),
      ],
      rows: rows,
      notes: hasMap ? [] : ["on=data adds a map of CKA between the stages"])
  }

  func plot(_ map: SimilarityMap, on split: String) -> Plot {
    Plot(
      panel: Panel(
        "linear CKA on \(grouped(map.samples)) samples of \(split)",
        x: Axis(names[1]), y: Axis(names[0]),
        content: .heatMap(
          HeatMap(
            map.values, rows: map.rows, columns: map.columns, format: .fixed(2), range: 0...1,
            isDiverging: false))))
  }

  private func shapes(of model: Model, size: Int?) throws -> [String: [Int]] {
    Dictionary(
      try model.places(size: size).shapes.map { ($0.path, $0.shape) },
      uniquingKeysWith: { first, _ in first })
  }
}

extension Model {
  /// The shapes of all places for images of a size, or of the model's own where that is none or not
  /// for this network.
  func places(
    size wanted: Int?
  ) throws -> (size: Int, shapes: [(path: String, shape: [Int])]) {
    if let wanted, wanted != size, let shapes = try? featureShapes(of: self, size: wanted) {
      return (wanted, shapes)
    }
    return (size, try featureShapes(of: self, size: size))
  }
}
