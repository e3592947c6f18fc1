public import Catalog
import Images

/// A data set: pictures with classes or with masks of classes, in parts for training, validation and test.
public final class Dataset: Object, ArgumentType, Answer, Sendable {
  public static let kind = "data set"

  public let name: String
  /// The call that makes it again.
  public let script: String
  public let train: Split
  /// Held out of the training part, to choose by; nil until `split` makes it.
  public let validation: Split?
  /// For the last word only; empty where the files bring none.
  public let test: Split
  /// Files that were left out when the data set was made, with the reasons.
  private let leftOut: [String]

  public init(
    name: String, script: String, train: Split, validation: Split? = nil, test: Split? = nil,
    skipped: [String] = []
  ) {
    leftOut = skipped
    self.name = name
    self.script = script
    self.train = train
    self.validation = validation
    self.test = test ?? train.selecting([], name: "\(name).test")
  }

  /// Files that are no pictures, with the reasons: those that were left out, and those that others
  /// stand in for because they turned out damaged when they were read.
  public var skipped: [String] {
    let late = parts.compactMap { $0.split.images as? FolderImages }.flatMap(\.damaged)
    // Parts may be of one source.
    var seen: Set<String> = []
    return (leftOut + late.map(\.reason)).filter { seen.insert($0).inserted }
  }

  /// A part on its own, as a data set to be evaluated on.
  public convenience init(of split: Split) {
    self.init(name: split.name, script: split.name, train: split, test: split)
  }

  /// What a run is watched on while it trains: the validation part, else the test part.
  public var evaluation: Split { validation ?? test }

  /// Whether pictures have a class each, or each of their pixels.
  public var task: LabelKind { train.task }
  public var classes: Int { train.classes }
  public var classNames: [String] { train.classNames }
  public var height: Int { train.height }
  public var width: Int { train.width }
  public var channels: Int { train.channels }

  /// The parts there are, with the names of their members.
  public var parts: [(name: String, split: Split)] {
    [("train", train)] + (validation.map { [("val", $0)] } ?? [])
      + (test.count > 0 ? [("test", test)] : [])
  }

  public var line: String {
    let counts = parts.map { "\($0.split.count) \($0.name)" }.joined(separator: " + ")
    return "\(name): \(counts), \(pictureText(train)), \(classes) classes"
      + (task == .segmentation ? " in masks" : "")
  }

  public var memberNames: [String] {
    parts.map(\.name) + ["name", "task", "classes", "class_names", "height", "width", "channels"]
      + (height == width ? ["size"] : []) + ["mean", "std", "script"]
      + (skipped.isEmpty ? [] : ["skipped"])
  }

  public func member(_ name: String) throws -> Value? {
    switch name {
    case "train": return train.value
    case "val", "test":
      if let split = parts.first(where: { $0.name == name })?.split { return split.value }
      throw Failure(
        .state, "'\(self.name)' has no '\(name)' part",
        advice: name == "val"
          ? "split(data, val=0.1) holds one out" : "test= says where it is or how much to hold out")
    case "name": return .string(self.name)
    case "task": return .string(task.rawValue)
    case "classes": return classes.value
    case "class_names": return (0..<classes).map(train.className).value
    case "height": return height.value
    case "width": return width.value
    case "size": return height == width ? height.value : nil
    case "channels": return channels.value
    case "mean": return train.normalisation.mean.map { Double($0) }.value
    case "std": return train.normalisation.std.map { Double($0) }.value
    case "script": return .string(script)
    case "skipped": return skipped.value
    default: return nil
    }
  }

  public func isEqual(to other: any Object) -> Bool { (other as? Dataset) === self }
}

/// `28×28 grey`, `32×32×3`
func pictureText(_ split: Split) -> String {
  let size = "\(split.height)×\(split.width)"
  switch split.channels {
  case 1: return size + " grey"
  case 3: return size + " RGB"
  default: return size + "×\(split.channels)"
  }
}
