import Catalog
import Graphs
import Models
import Plots

enum Summary {
  static let declaration: Declaration = .command(
    "summary", "The layers of a model with shapes, parameters, multiply–accumulates and memory.",
    details: """
      Shared parameters are counted once; multiply–accumulates (MACs) are those of dense layers, \
      convolutions, matrix products and attention for one image. Below the table: the memory of the \
      weights, of the activations that training keeps, and of the planned network, which a frozen \
      teacher runs as.
      """,
    Argument("model", "The model.") as Argument<Model>,
    Argument(
      "size", "Height and width of the image; none: the model's usual.",
      default: Int?.none
    ) { ($0 ?? 1) < 1 ? "must be at least 1" : nil },
    Argument("batch", "Images that the memory is told for.", default: 1) {
      (1...100_000).contains($0) ? nil : "must be in 1..100000"
    },
    examples: ["summary student", "summary teacher, batch=64"],
    keywords: ["layers", "parameters", "shapes", "MACs", "memory", "torchinfo"]
  ) { session, model, size, batch in
    try session.summary(of: model, size: size ?? model.size, batch: batch)
  }
}

extension Session {
  func summary(of model: Model, size: Int, batch: Int) throws -> Table {
    let summary = try NetworkSummary(
      model.network, image: [size, size, model.channels], batch: batch)
    func bytes(_ count: Int) -> String { NumberFormat.bytes.text(Double(count)) }
    let images = batch == 1 ? "one image" : "\(grouped(batch)) images"
    return Table(
      "\(model.script), input \(size)×\(size)×\(model.channels)",
      columns: [
        .init("layer", isKept: true), .init("kind"), .init("details"),
        .init("output", alignment: .right),
        .init("parameters", format: .count), .init("MACs", format: .count),
      ],
      rows: summary.layers.map { layer in
        [
          .text(layer.path), .text(layer.kind), .text(layer.details),
          .text(layer.output.map(String.init).joined(separator: "×")),
          layer.parameters > 0 ? .number(Double(layer.parameters)) : .missing,
          layer.multiplications > 0 ? .number(Double(layer.multiplications)) : .missing,
        ]
      },
      footer: [
        .text("total"), .missing, .missing, .missing, .number(Double(summary.parameters)),
        .number(Double(summary.multiplications)),
      ],
      notes: [
        "memory: weights \(bytes(summary.weightBytes)); training keeps about "
          + "\(bytes(summary.activationBytes * batch)) of activations for \(images)",
        "planned: \(bytes(summary.plannedBytes)) at its peak for \(images), weights packed as "
          + bytes(summary.packedBytes),
      ])
  }
}
