import Catalog
import Checkpoints
import Datasets
import Images
import Models
import Tensors
import Training

enum Predict {
  static let declaration: Declaration = .command(
    "predict", "Shows a model's logits, or writes them for another framework to be held against.",
    details: """
      `on` is a data set (its test part), a split, photographs (files, folders, patterns), or a \
      safetensors, npz or npy file of images N C H W (`layout=\"NHWC\"`): bytes are normalised as \
      `model.preprocessing` says, floats are taken as they are. `to` is a .safetensors file with \
      `logits` (and `labels`), or a .npy file. `folded=false` computes without folding and plans.
      """,
    Argument("model", "The model.") as Argument<Model>,
    Argument("on", "A data set, a split, photographs or a file of arrays.")
      as Argument<PredictionInput>,
    Argument("to", "A .safetensors or .npy file for the logits.", default: String?.none) { path in
      let endings = [".safetensors", ".npy"]
      return path.map { path in endings.contains { path.lowercased().hasSuffix($0) } } ?? true
        ? nil : "must end in .safetensors or .npy"
    },
    Argument("folded", "Whether batch norms are folded into convolutions.", default: true),
    Argument("batch", "Samples at a time.", default: 64) {
      $0 < 1 || $0 > 65_536 ? "must be in 1..65536" : nil
    },
    Argument(
      "images", "Name of the array in a file; none: the only one with three or four axes.",
      default: String?.none),
    Argument("layout", "Order of the axes in a file.", default: ArrayLayout.channelsFirst),
    examples: [
      "predict student, on=data.test",
      "predict student, on=data.test, to=\"logits.safetensors\", folded=false",
    ],
    keywords: ["logits", "inference", "export", "npy", "safetensors"]
  ) { session, model, input, path, folded, batch, images, layout in
    try model.require(.classification, for: "predict")
    let source = try input.source(for: model, images: images, layout: layout)
    guard source.count > 0 else { throw Failure(.data, "\(source.origin) is empty") }
    var logits = Tensor(uninitialized: [source.count, model.classes])
    let view = EvaluationView(session)
    defer { view.close() }
    for low in stride(from: 0, to: source.count, by: batch) {
      try session.check()
      let high = min(source.count, low + batch)
      let part = try session.logits(of: model, source.images(low..<high), folded: folded)
      guard part.shape == [high - low, model.classes] else {
        throw Failure(.shape, "\(model.name) gave \(shapeText(part.shape)), not logits")
      }
      logits.mutate { target in
        part.read { (target + low * model.classes).update(from: $0, count: part.count) }
      }
      view.follow(done: high, of: source.count)
    }
    let name = session.variable(holding: model) ?? model.name
    var result = Predictions(
      model: name, origin: source.origin,
      logits: logits, names: source.names, labels: source.labels,
      classNames: model.labels.isEmpty ? source.classNames : model.labels, notes: model.doubts(name)
    )
    if let path {
      try result.write(path, script: model.script)
      result.path = path
    }
    return result
  }
}

extension Predictions {
  func write(_ path: String, script: String) throws {
    let array = StoredArray(logits, name: "logits")
    if path.lowercased().hasSuffix(".npy") { return try array.writeNpy(path) }
    var entries = [Checkpoint.Entry("logits", array)]
    if let labels {
      entries.append(
        Checkpoint.Entry(
          "labels", StoredArray(labels.map { Int($0) }, shape: [labels.count], name: "labels")))
    }
    try Checkpoint(entries, metadata: ["model": script, "on": origin]).writeSafetensors(path)
  }
}
