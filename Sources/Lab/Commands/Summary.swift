import Catalog
import Layers
import Models
import Plots
import Tensors

enum Summary {
  static let declaration: Declaration = .command(
    "summary", "The layers of a model with shapes, parameters and multiply–accumulates.",
    details: """
      Shared parameters are counted once; multiply–accumulates (MACs) are those of dense and \
      convolution layers for one image.
      """,
    Argument("model", "The model.") as Argument<Model>,
    Argument(
      "size", "Height and width of the image; none: the model's usual.",
      default: Int?.none
    ) { ($0 ?? 1) < 1 ? "must be at least 1" : nil },
    examples: ["summary student"],
    keywords: ["layers", "parameters", "shapes", "MACs", "torchinfo"]
  ) { session, model, size in try session.summary(of: model, size: size ?? model.size) }
}

extension Session {
  func summary(of model: Model, size: Int) throws -> Table {
    var rows: [[Table.Cell]] = []
    var multiplications = 0
    var counted: Set<ObjectIdentifier> = []
    let context = Context()
    context.observer = { module, inputs, output in
      guard module.children.isEmpty else { return }
      let macs = module.multiplications(input: inputs[0].shape, output: output.shape)
      multiplications += macs
      var parameters = 0
      for (_, parameter) in module.parameters
      where counted.insert(ObjectIdentifier(parameter)).inserted {
        parameters += parameter.shape.elementCount
      }
      rows.append([
        .text(module.path), .text(module.kindName), .text(module.details),
        .text(output.shape.dropFirst().map(String.init).joined(separator: "×")),
        parameters > 0 ? .number(Double(parameters)) : .missing,
        macs > 0 ? .number(Double(macs)) : .missing,
      ])
    }
    _ = try model(Tensor(zeros: [1, size, size, model.channels]), context)
    return Table(
      "\(model.script), input \(size)×\(size)×\(model.channels)",
      columns: [
        .init("layer"), .init("kind"), .init("details"), .init("output", alignment: .right),
        .init("parameters", format: .count), .init("MACs", format: .count),
      ], rows: rows,
      footer: [
        .text("total"), .missing, .missing, .missing, .number(Double(model.parameterCount)),
        .number(Double(multiplications)),
      ])
  }
}
