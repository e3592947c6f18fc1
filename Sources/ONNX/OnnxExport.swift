import Catalog
import Checkpoints
import Foundation
import Graphs
import Images
public import Models
import SwiftProtobuf
import Tensors

/// A model as an ONNX file (https://onnx.ai) that other programs run.
public struct OnnxExport {
  /// Versions of the operators that can be written: since 17 there is a layer norm.
  public static let opsets = 17...20

  public var opset = 17
  /// Whether batch norms become part of the layers in front of them.
  public var folds = true
  /// Whether the graph begins with what normalises images, and so takes them in 0 … 1.
  public var normalises = false
  /// Height and width of the images; nil: the model's own.
  public var size: Int?

  public init() {}

  /// Writes the file whole or not at all.
  ///
  /// The input is "input" [N, C, H, W], the output "logits" [N, classes], or [N, classes, H, W] of a
  /// segmentation; N stays open. Weights are under their names in checkpoints and in PyTorch's layouts.
  ///
  /// - Throws: `Failure` where the network cannot be traced or written; `CheckpointError` of the file.
  public func write(_ model: Model, to path: String) throws {
    let bytes = try message(model).serializedBytes() as [UInt8]
    try AtomicFile.write(path, bytes: bytes)
  }

  func message(_ model: Model) throws -> OnnxModelProto {
    let side = size ?? model.size
    // A message has at most 2 GiB.
    guard model.parameterCount < 500_000_000 else {
      throw Failure(.value, "\(grouped(model.parameterCount)) parameters are too many for a file")
    }
    var graph = try Graph(tracing: model.network, image: [side, side, model.channels])
    if folds { graph = try graph.normsFolded() }
    var writer = OnnxWriter(graph, opset: opset)
    guard let input = graph.inputs.first, let output = graph.outputs.first else {
      throw Failure(.value, "the network has no input or no output")
    }
    let start = writer.fresh("input")
    let end = writer.fresh("logits")
    let normalisation = model.preprocessing.normalisation.fitted(to: model.channels)
    writer.set(
      input.value, normalises ? try normalised(start, normalisation, &writer) : start,
      OnnxTensor.channelsLast)
    for operation in graph.operations { try writer.write(operation) }
    writer.path = ""
    let isImage = graph.shapes[output.value].count == 4
    let order = isImage ? OnnxTensor.channelsLast : Array(0..<graph.shapes[output.value].count)
    let last = try writer.ordered(output.value, order)
    _ = writer.node("Identity", [last], output: end)

    var result = OnnxGraphProto()
    result.name = model.name
    result.node = writer.nodes
    result.initializer = writer.arrays
    result.input = [port(start, [nil, model.channels, side, side])]
    result.output = [
      port(
        end,
        order.map { axis in
          let size = graph.shapes[output.value][axis]
          return size.perSample == 0 ? size.fixed : nil
        })
    ]
    return file(result, model, normalises ? .identity(channels: model.channels) : normalisation)
  }

  private func normalised(
    _ input: String, _ normalisation: Normalisation, _ writer: inout OnnxWriter
  ) throws -> String {
    let shape = [normalisation.mean.count, 1, 1]
    let mean = writer.array(try Tensor(normalisation.mean, shape), "mean")
    let std = writer.array(try Tensor(normalisation.std, shape), "std")
    return writer.node("Div", [writer.node("Sub", [input, mean]), std])
  }

  private func port(_ name: String, _ sizes: [Int?]) -> OnnxValueInfoProto {
    var port = OnnxValueInfoProto()
    port.name = name
    port.type.tensorType.elemType = Int32(OnnxTensorProto.DataType.float.rawValue)
    port.type.tensorType.shape.dim = sizes.map { size in
      var dimension = OnnxTensorShapeProto.Dimension()
      if let size { dimension.dimValue = Int64(size) } else { dimension.dimParam = "N" }
      return dimension
    }
    return port
  }

  private func file(
    _ graph: OnnxGraphProto, _ model: Model, _ normalisation: Normalisation
  ) -> OnnxModelProto {
    var file = OnnxModelProto()
    file.irVersion = 8
    file.producerName = "athanor"
    file.graph = graph
    var operators = OnnxOperatorSetIdProto()
    operators.domain = ""
    operators.version = Int64(opset)
    file.opsetImport = [operators]
    func numbers(_ values: [Float]) -> String { values.map(\.literal).joined(separator: ", ") }
    var words = [
      ("script", model.script), ("mean", numbers(normalisation.mean)),
      ("std", numbers(normalisation.std)),
    ]
    if !model.labels.isEmpty { words.append(("labels", model.labels.joined(separator: "\n"))) }
    file.metadataProps = words.map { key, value in
      var entry = OnnxStringStringEntryProto()
      entry.key = key
      entry.value = value
      return entry
    }
    return file
  }
}
