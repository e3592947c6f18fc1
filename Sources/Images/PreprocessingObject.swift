public import Catalog

extension Preprocessing: Object, ArgumentType, Answer {
  public static let kind = "preprocessing"

  /// `shorter side to 256 (bicubic), 224×224 from the middle, mean [0.485, …], std [0.229, …]`
  public var line: String {
    let cut = "\(size)×\(size) from the middle"
    return "shorter side to \(resizedSide) (\(interpolation.rawValue)), \(cut), "
      + "mean \(normalisation.mean.literal), std \(normalisation.std.literal)"
  }

  /// The call that makes it again.
  public var script: String {
    "preprocess(size=\(size), crop=\(crop.literal), interpolation=\(interpolation.literal), "
      + "mean=\(normalisation.mean.literal), std=\(normalisation.std.literal))"
  }

  public var memberNames: [String] {
    ["size", "crop", "interpolation", "mean", "std", "script"]
  }

  public func member(_ name: String) -> Value? {
    switch name {
    case "size": size.value
    case "crop": crop.value
    case "interpolation": interpolation.rawValue.value
    case "mean": normalisation.mean.map { Double($0) }.value
    case "std": normalisation.std.map { Double($0) }.value
    case "script": script.value
    default: nil
    }
  }

  public func isEqual(to other: any Object) -> Bool { (other as? Preprocessing) == self }

  /// Makes one from the language.
  public static let declaration = Declaration(
    "preprocess", "What is done to a photograph before a network sees it.",
    details: """
      The shorter side is brought to size/crop pixels, a square of `size` is cut from the middle, \
      and pixels x in 0 … 1 become (x − mean)/std: timm's evaluation transform. Photographs shrink \
      with antialiasing, as PIL does it.
      """,
    Argument("size", "Height and width of what the network sees.", default: 224) {
      sizes.contains($0) ? nil : "must be in 1..2048"
    },
    Argument("crop", "Part of the resized side that is kept.", default: 0.875) {
      crops.contains($0) ? nil : "must be between 0.25 and 1"
    },
    Argument(
      "interpolation", "How pixels between pixels are found.", default: Interpolation.bicubic),
    Argument("mean", "Mean of each channel.", default: Normalisation.imagenet.mean) {
      $0.isEmpty || !$0.allSatisfy(\.isFinite) ? "must be a number a channel" : nil
    },
    Argument("std", "Deviation of each channel.", default: Normalisation.imagenet.std) {
      $0.allSatisfy { $0 > 0 && $0.isFinite } ? nil : "must be positive"
    },
    examples: ["preprocess(size=224, crop=0.875, interpolation=\"bicubic\")"],
    keywords: ["resize", "crop", "normalise", "transform", "photograph"]
  ) { size, crop, interpolation, mean, std in
    guard mean.count == std.count else {
      throw Failure(.value, "preprocess: \(mean.count) means, \(std.count) deviations")
    }
    return Preprocessing(
      size: size, crop: crop, interpolation: interpolation,
      normalisation: Normalisation(mean: mean, std: std))
  }
}
