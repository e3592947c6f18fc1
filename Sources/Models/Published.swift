import Catalog
import Checkpoints
import Images

/// What the `config.json` of a folder from Hugging Face or timm says of the network in it.
/// https://huggingface.co/docs/timm/hf_hub
public struct Published: Sendable {
  /// The file, for errors.
  public let path: String
  /// timm's name without its tag: `resnet50` of `resnet50.a1_in1k`.
  public let architecture: String?
  public let classes: Int?
  public let channels: Int?
  /// Height and width of the images.
  public let imageSize: Int?
  private let crop: Double?
  private let interpolation: String?
  private let normalisation: Normalisation?
  private let labels: [String]
  /// Height and width of the images that the network is built for.
  public let networkSize: Int?
  /// Arguments that the network was made with and that have no counterpart here.
  public let otherArguments: [String]

  /// The description beside the weights of a path: of a folder, or of a file in one; nil where there
  /// is none.
  public static func beside(_ path: String) throws -> Published? {
    let isFolder = WeightsFolder.isFolder(path)
    let folder = isFolder ? path : path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let config = WeightsFolder.joined(folder, "config.json")
    return WeightsFolder.isThere(config) ? try Published(config) : nil
  }

  /// Reads a `config.json`.
  public init(_ path: String) throws {
    let json = try JSONValue.read(path)
    let own = json["pretrained_cfg"]
    // Older files have at their top what newer ones keep together.
    func fact(_ key: String) -> JSONValue? {
      if let value = own?[key], value != .null { return value }
      return json[key]
    }
    self.path = path
    architecture = (json["architecture"] ?? own?["architecture"])?.text.map {
      String($0.prefix { $0 != "." })
    }
    classes = json["num_classes"]?.whole ?? own?["num_classes"]?.whole
    let shape = fact("input_size")?.elements?.map { $0.whole ?? 0 }
    channels = json["model_args"]?["in_chans"]?.whole ?? (shape?.count == 3 ? shape?[0] : nil)
    imageSize = shape?.count == 3 ? shape?[1] : nil
    if let shape,
      shape.count != 3 || shape[1] != shape[2] || !Preprocessing.sizes.contains(shape[1])
    {
      throw CheckpointError(path, "'input_size' is no square image of 1 to 2048 pixels")
    }
    crop = fact("crop_pct")?.number
    interpolation = fact("interpolation")?.text
    func numbers(_ key: String) -> [Float]? {
      fact(key)?.elements?.compactMap { $0.number.map { Float($0) } }
    }
    if let mean = numbers("mean"), let std = numbers("std") {
      guard mean.count == std.count, !mean.isEmpty, mean.allSatisfy(\.isFinite),
        std.allSatisfy({ $0 > 0 && $0.isFinite })
      else { throw CheckpointError(path, "'mean' and 'std' are no normalisation") }
      normalisation = Normalisation(mean: mean, std: std)
    } else {
      normalisation = nil
    }
    labels = Published.labels(json, own, count: classes)
    let arguments = json["model_args"]?.members ?? []
    let built = json["model_args"]?["img_size"].flatMap { $0.whole ?? $0.elements?.first?.whole }
    if let built, !Preprocessing.sizes.contains(built) {
      throw CheckpointError(path, "'img_size' is \(built), not 1 to 2048 pixels")
    }
    networkSize = built ?? imageSize
    otherArguments = arguments.map(\.key).filter { !Published.known.contains($0) }
  }

  /// Arguments of timm's networks that are followed here, or that the weights themselves show.
  private static let known: Set = ["num_classes", "in_chans", "img_size", "global_pool"]

  /// Class names by `label_names`, their words in `label_descriptions`, or Hugging Face's `id2label`.
  private static func labels(_ json: JSONValue, _ own: JSONValue?, count: Int?) -> [String] {
    let names = (json["label_names"] ?? own?["label_names"])?.elements?.compactMap(\.text)
    if let names, names.count == count ?? names.count {
      let descriptions = json["label_descriptions"] ?? own?["label_descriptions"]
      let words = Dictionary(
        (descriptions?.members ?? []).compactMap { member in
          member.value.text.map { (member.key, $0) }
        }, uniquingKeysWith: { first, _ in first })
      return names.map { words[$0] ?? $0 }
    }
    guard let members = json["id2label"]?.members else { return [] }
    var result: [Int: String] = [:]
    for member in members {
      if let index = Int(member.key), let text = member.value.text { result[index] = text }
    }
    let list = (0..<result.count).compactMap { result[$0] }
    return list.count == count ?? members.count ? list : []
  }

  /// Gives a network its preprocessing and class names; returns what to say of it.
  public func apply(to model: Model) throws -> [String] {
    var notes: [String] = []
    if let imageSize { model.preprocessing.size = imageSize }
    if let crop {
      guard Preprocessing.crops.contains(crop) else {
        throw CheckpointError(path, "'crop_pct' is \(crop), not between 0.25 and 1")
      }
      model.preprocessing.crop = crop
    }
    if let interpolation {
      if let known = Interpolation(rawValue: interpolation) {
        model.preprocessing.interpolation = known
      } else {
        model.preprocessing.interpolation = .bicubic
        notes.append("bicubic for the unknown interpolation \(shown(interpolation))")
      }
    }
    if let normalisation, normalisation.mean.count == model.channels {
      model.normalisation = normalisation
    }
    if labels.count == model.classes {
      model.labels = labels
    } else if model.labels.isEmpty, model.classes == ImageNetNames.all.count {
      // timm's networks of a thousand classes are ImageNet's, and their files leave that out.
      model.labels = ImageNetNames.all
    }
    if !otherArguments.isEmpty {
      notes.append("'model_args' passed over: \(otherArguments.map(shown).joined(separator: ", "))")
    }
    return notes
  }
}
