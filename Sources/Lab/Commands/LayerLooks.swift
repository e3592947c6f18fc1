import Catalog
import Foundation
import Plots
import Training

/// The commands that look at every layer: what units give, and what gradients are.
enum LayerLooks {
  static let declarations = [activations, gradients]

  private static let details = """
    For every layer on the next batch, or as many as `batches` says: mean, deviation, largest magnitude, and the share near zero; \
    above it the histograms. Said again after further steps, it draws how they go. `steps=100, \
    every=5` looks ahead: so many steps are made, looked at, and put back. `layer=` draws one \
    layer's histogram over the steps. Nothing is changed.
    """

  static let activations = declaration(
    "activations", .activations,
    "What the layers give on the next batch: mean, deviation, share near zero, histograms.",
    "Near zero is at most 0.05.",
    examples: ["activations", "activations steps=4, every=2", "a = activations(); a.deviation"])

  static let gradients = declaration(
    "gradients", .gradients,
    "The layers' gradients on the next batch: mean, deviation, share near zero, histograms.",
    "Near zero is at most a hundredth of the root mean square of all gradients.",
    examples: ["gradients batches=4", "gradients steps=4, every=2", "g = gradients(); g.near_zero"])

  private static func declaration(
    _ name: String, _ quantity: LayerQuantity, _ summary: String, _ note: String,
    examples: [String]
  ) -> Declaration {
    .command(
      name, summary, details: details + " " + note,
      Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
      Argument("steps", "Steps to look ahead.", default: 0) {
        (0...1_000_000).contains($0) ? nil : "must be in 0..1000000"
      },
      Argument("every", "Steps between two looks ahead.", default: 10) {
        $0 < 1 ? "must be at least 1" : nil
      },
      Argument(
        "layer", "The layer whose histogram is drawn over the steps; none: all layers.",
        default: String?.none),
      Argument("batches", "How many batches a look takes.", default: 1) {
        (1...1000).contains($0) ? nil : "must be in 1..1000"
      },
      examples: examples,
      keywords: ["layers", "dead units", "vanishing", "histogram", "colour dim", "statistics"]
    ) { session, subject, steps, every, layer, batches in
      let run = try session.run(subject)
      return try session.look(
        run, quantity, steps: steps, every: every, layer: layer, batches: batches)
    }
  }
}

extension Session {
  fileprivate func look(
    _ run: Run, _ quantity: LayerQuantity, steps: Int, every: Int, layer: String?, batches: Int
  ) throws -> Table {
    let view = EvaluationView(self)
    defer { view.close() }
    let snapshots: [LayerSnapshot]
    if steps > 0 {
      snapshots = try run.layers(
        quantity, ahead: steps, every: every, batches: batches, check: check,
        progress: { view.follow(done: $0, of: steps) })
    } else {
      snapshots = layerHistory.add(
        [try run.layers(quantity, batches: batches, check: check)], of: run, quantity)
    }
    guard let last = snapshots.last else { return Table(columns: []) }
    if let layer, !last.layers.contains(where: { $0.layer == layer }) {
      let near = nearest(to: layer, among: last.layers.map(\.layer))
      throw Failure(
        .name, "there is no layer '\(layer)' to look at",
        advice: near.map { "did you mean '\($0)'?" } ?? "the table lists them",
        site: .named("layer"))
    }
    let drawn = LayerPictures(snapshots: snapshots, layer: layer).plot
    show(drawn)
    return Table(
      "before step \(last.step)",
      columns: [
        .init("layer", isKept: true), .init("numbers", format: .count),
        .init("mean", format: .significant(3)), .init("deviation", format: .significant(3)),
        .init("largest", format: .significant(3)), .init("near zero", format: .percent(1)),
      ],
      rows: last.layers.map { layer in
        [
          .text(layer.layer), .number(Double(layer.count)), .number(layer.mean),
          .number(layer.deviation), .number(layer.largest), .number(layer.nearZero),
        ]
      }
    ).beside(drawn)
  }
}

/// ln(1 + x): counts that differ by powers of ten in one picture.
func logarithmic(_ count: Double) -> Double { log1p(count) }
