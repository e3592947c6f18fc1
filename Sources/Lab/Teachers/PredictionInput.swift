import Catalog
import Checkpoints
import Datasets
import Images
import Models
import Tensors
import Training

/// What `predict` is asked about.
enum PredictionInput: ArgumentType {
  case part(DataPart)
  case photographs(Photographs)
  case arrays(String)

  static let expected = "a data set, a split, photographs or a file of arrays"
  static let valueKind: String? = "data set"

  private static let arrayEndings = [".safetensors", ".npz", ".npy"]

  static func read(_ value: Value) throws -> PredictionInput {
    if case .string(let path) = value,
      arrayEndings.contains(where: { path.lowercased().hasSuffix($0) })
    {
      return .arrays(path)
    }
    if let part = try? DataPart.read(value) { return .part(part) }
    return .photographs(try Photographs.read(value))
  }

  /// Images by place, as a model wants them.
  struct Source {
    var origin: String
    var count: Int
    var names: [String]
    var labels: [Int32]?
    var classNames: [String] = []
    var images: (Range<Int>) throws -> Tensor
  }

  func source(for model: Model, images name: String?, layout: ArrayLayout) throws -> Source {
    switch self {
    case .part(let part):
      try part.data.requireChannels(of: model)
      return Source(
        origin: part.split.name, count: part.split.count,
        names: (0..<part.split.count).map { "\(part.split.name)[\($0)]" },
        labels: part.split.labels, classNames: part.split.classNames
      ) { range in
        try renormalised(part.split.batch(Array(range)).images, for: model, from: part.data)
      }
    case .photographs(let photographs):
      let items = photographs.items
      return Source(
        origin: items.count == 1 ? items[0].name : "\(items.count) pictures", count: items.count,
        names: items.map(\.name)
      ) { try model.prepared(items[$0]).0 }
    case .arrays(let path):
      let images = try StoredImages(path, name: name, layout: layout)
      guard images.channels == model.channels else {
        throw Failure(
          .shape, "\(model.name) takes \(model.channels) channels, '\(path)' has \(images.channels)"
        )
      }
      var normalisation = model.preprocessing.normalisation
      normalisation = normalisation.fitted(to: model.channels)
      return Source(
        origin: path, count: images.count, names: (0..<images.count).map { "[\($0)]" }
      ) { try images.tensor($0, normalisation) }
    }
  }
}

extension Dataset {
  func requireChannels(of model: Model) throws {
    guard model.channels == channels else {
      throw Failure(
        .shape, "\(model.name) takes \(model.channels) channels, \(name) has \(channels)")
    }
  }
}
