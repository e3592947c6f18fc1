import Catalog
import Checkpoints
import Images
import Language
import Models

enum Pretrained {
  static let declaration: Declaration = .command(
    "pretrained", "A model with its published weights, preprocessing and class names.",
    details: """
      `pretrained(\"folder\")` reads a folder of Hugging Face or timm: `config.json` says which \
      network it is, how photographs are prepared and what the classes are called; the weights \
      are beside it. `pretrained(\"file.safetensors\")` makes a model again that `save` wrote. For \
      other files say the network: `pretrained(\"x.pth\", model=\"resnet50\")`; it gets as many \
      classes as the file's head has. Nothing is downloaded.
      """,
    Argument("path", "The folder, or the file.") as Argument<String>,
    Argument(
      "model", "The network, where the file does not say it.", default: Architecture?.none),
    Argument(
      "classes",
      "Number of classes; none: as many as the file has. Another number needs strict=false.",
      default: Int?.none
    ) { $0.map { $0 < 1 } ?? false ? "must be at least 1" : nil },
    Argument("strict", "Whether every key must match.", default: true),
    Argument(
      "prefix", "What the keys in the file start with, to be taken off; none: it is found.",
      default: String?.none),
    Argument("map", "Changes of the file's keys, as for load.", default: [KeySubstitution]()),
    examples: [
      "again = pretrained(\"student.safetensors\")"
    ],
    keywords: ["teacher", "weights", "timm", "hugging face", "torchvision", "checkpoint", "pth"]
  ) { session, path, architecture, classes, strict, prefix, map in
    let file = try Checkpoint.read(path)
    let script = architecture == nil ? file.metadata["athanor.model"] : nil
    // What stands beside a file that says itself what it is does not matter.
    let isAsked = WeightsFolder.isFolder(path) || (architecture == nil && script == nil)
    let published = isAsked ? try Published.beside(path) : nil
    let model: Model
    if let architecture {
      model = try architecture.model(
        for: file, classes: classes, prefix: prefix, map: map, session)
    } else if let script {
      model = try session.model(script, classes: classes, for: file, path)
    } else if let published {
      let architecture = try Pretrained.architecture(published)
      model = try architecture.model(
        for: file, classes: classes ?? published.classes, channels: published.channels,
        size: published.networkSize, prefix: prefix, map: map, session)
    } else {
      throw Failure(
        .file, "\(shown(path)) does not say which network it is",
        advice: "pretrained(\(path.literal), model=\"resnet50\")")
    }
    let report = try model.load(file, from: path, prefix: prefix, strict: strict, map: map)
    let notes = try published?.apply(to: model) ?? []
    model.past.append(LoadedPast(path: path, strict: strict, prefix: prefix, map: map))
    session.write(([report.line] + notes).joined(separator: "; ") + "\n", toError: false)
    return Value.object(model)
  }

  private static func architecture(_ published: Published) throws -> Architecture {
    guard let name = published.architecture else {
      throw Failure(
        .file, "\(shown(published.path)) names no 'architecture' of timm",
        advice: "say it: model=\"resnet50\"")
    }
    guard let found = Architecture(name) else {
      throw Failure(
        .file, "\(shown(published.path)): there is no network \(shown(name)) here",
        advice: Architecture.nearestName(to: name).map { "model=\"\($0)\" is near" }
          ?? "list models shows what there is")
    }
    return found
  }
}

extension Session {
  /// The model that a file of ours says it holds.
  ///
  /// - Parameter classes: Another number than the file's.
  fileprivate func model(
    _ script: String, classes: Int?, for file: Checkpoint, _ path: String
  ) throws -> Model {
    let script =
      classes.map { script.replacing(/classes=[0-9]+/, with: "classes=\($0)") } ?? script
    guard isModest(script, for: file, classes: classes) else {
      throw Failure(.file, "\(shown(path)) describes a network that it does not hold")
    }
    do {
      return try Model.read(try resolve(script))
    } catch is Mismatch {
      throw Failure(.file, "\(shown(path)): \(shown(script)) makes no model")
    }
  }

  /// Whether a call from a file may be made: that of a network, with nothing but literals for
  /// arguments and no file among them, and every larger number in it the size of something in the
  /// file, so that nothing is built that the file could not fill.
  private func isModest(_ script: String, for file: Checkpoint, classes: Int?) -> Bool {
    guard script.utf8.count <= 4096, !script.contains("weights"), !script.contains(".."),
      let call = script.wholeMatch(of: /([a-z0-9_]+)\(([A-Za-z0-9_=,.\[\]" +-]*)\)/),
      Architecture(String(call.1)) != nil
    else { return false }
    let arguments = call.2.replacing("_", with: "").replacing(
      /seed=-?[0-9]+|size=([1-4][0-9]{2}|[0-9]{1,2})\b/, with: "")
    return arguments.matches(of: /[0-9][0-9.]*(e[-+]?[0-9]+)?/).allSatisfy { match in
      guard let number = Double(match.0) else { return false }
      return number <= 256
        || Int(exactly: number).map { $0 == classes || file.hasAxis($0) } ?? false
    }
  }
}
