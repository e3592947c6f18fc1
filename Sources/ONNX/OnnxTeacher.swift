public import Catalog
import Checkpoints
import Foundation
import Images
import Layers
import Models
import Tensors

/// Everything that makes models of ONNX files.
public let onnxRegistry = Registry("Imported networks", [OnnxTeacher.declaration])

/// A network from an ONNX file as a model.
enum OnnxTeacher {
  static let declaration = Declaration(
    "onnx", "A network from an ONNX file, to teach, to predict with, to look into.",
    details: """
      Reads what PyTorch, timm and torchvision export (opsets 11 to 20) and runs it as any other \
      model: planned as a teacher, traced by `summary`, asked for features. Its weights are fixed. \
      An operator that is not known is named. How images must be normalised is not in most files, \
      only in those that `export` wrote: `mean` and `std` say it.
      """,
    Argument("path", "The file.") as Argument<String>,
    Argument(
      "size", "Height and width of its images, where the file leaves them open.",
      default: Int?.none
    ) { ($0 ?? 1) < 1 ? "must be at least 1" : nil },
    Argument(
      "mean", "What is taken off each channel on the 0…1 scale; nothing: as ImageNet.",
      default: [Double]()),
    Argument(
      "std", "What each channel is divided by then; nothing: as ImageNet.", default: [Double]()),
    examples: ["teacher = onnx(\"teacher.onnx\")"],
    keywords: ["import", "teacher", "exchange", "pretrained", "torchvision", "timm"]
  ) { (path: String, size: Int?, mean: [Double], std: [Double]) in
    try model(path, size: size, mean: mean.map { Float($0) }, std: std.map { Float($0) })
  }

  static func model(_ path: String, size: Int?, mean: [Float], std: [Float]) throws -> Model {
    let file = try OnnxFile(path: path)
    try file.checkOperators()
    guard file.inputs.count == 1 else {
      let names = file.inputs.map { shown($0.name) }.joined(separator: ", ")
      throw CheckpointError(path, "takes \(file.inputs.count) inputs: \(names)")
    }
    let shape = file.inputs[0].shape ?? [nil, 3, nil, nil]
    guard shape.count == 4 else {
      throw CheckpointError(path, "does not take images [N, C, H, W]")
    }
    let channels = shape[1] ?? 3
    let sides = try side(shape[2], shape[3], size, path)
    let network = OnnxNetwork(file)
    let (classes, task) = try answer(network, sides, channels, path)
    var script = "onnx(\(path.literal)"
    if let size { script += ", size=\(size)" }
    let normalisation = try normalisation(mean, std, channels, file.metadata, &script)
    let model = try Model(
      name: (path as NSString).lastPathComponent, script: script + ")", classes: classes,
      channels: channels, size: sides, seed: 0,
      preprocessing: Preprocessing(size: sides, normalisation: normalisation), task: task
    ) { OnnxNetwork(file) }
    let labels = file.metadata["labels"]?.split(separator: "\n").map(String.init) ?? []
    if labels.count == classes { model.labels = labels }
    return model
  }

  /// Numbers with commas between them, where there is one a channel.
  private static func numbers(_ text: String?, _ count: Int) -> [Float]? {
    let parts = text?.split(separator: ",").map { $0.filter { $0 != " " } } ?? []
    let numbers = parts.compactMap { Float($0) }
    guard numbers.count == count, parts.count == count, numbers.allSatisfy(\.isFinite) else {
      return nil
    }
    return numbers
  }

  private static func side(
    _ height: Int?, _ width: Int?, _ size: Int?, _ path: String
  ) throws -> Int {
    if let height, let width, height != width {
      throw CheckpointError(path, "takes images of \(height)×\(width); squares are supported")
    }
    let own = height ?? width
    if let own, let size, own != size {
      throw CheckpointError(path, "takes images of \(own)×\(own), not of \(size)×\(size)")
    }
    let side = own ?? size ?? 224
    guard (1...8192).contains(side) else {
      throw CheckpointError(path, "takes images of \(side)×\(side)")
    }
    return side
  }

  /// The length of the logits, and whether there is a row of them an image or a pixel, by running the
  /// network once.
  private static func answer(
    _ network: OnnxNetwork, _ side: Int, _ channels: Int, _ path: String
  ) throws -> (classes: Int, task: Task) {
    guard (1...4096).contains(channels), side * side * channels <= 1 << 26 else {
      throw CheckpointError(path, "takes images of \(side)×\(side)×\(channels)")
    }
    let output = try network(Tensor(zeros: [1, side, side, channels]), .evaluation)
    if output.rank == 4, Array(output.shape.dropLast()) == [1, side, side] {
      return (output.shape[3], .segmentation)
    }
    guard output.rank == 2, output.shape[0] == 1 else {
      throw CheckpointError(
        path,
        "gives \(shapeText(output.shape)) for one image of \(side)×\(side), not one row of logits "
          + "or one a pixel")
    }
    return (output.shape[1], .classification)
  }

  private static func normalisation(
    _ mean: [Float], _ std: [Float], _ channels: Int, _ words: [String: String],
    _ script: inout String
  ) throws -> Normalisation {
    var result = channels == 3 ? Normalisation.imagenet : .identity(channels: channels)
    if let mean = numbers(words["mean"], channels), let std = numbers(words["std"], channels),
      std.allSatisfy({ $0 > 0 })
    {
      result = Normalisation(mean: mean, std: std)
    }
    for (name, given) in [("mean", mean), ("std", std)] where !given.isEmpty {
      guard given.count == channels, given.allSatisfy(\.isFinite),
        name == "mean" || given.allSatisfy({ $0 > 0 })
      else {
        throw Failure(.value, "'\(name)' needs \(channels) numbers, one a channel")
      }
      if name == "mean" { result.mean = given } else { result.std = given }
      script += ", \(name)=[\(given.map(\.literal).joined(separator: ", "))]"
    }
    return result
  }
}
