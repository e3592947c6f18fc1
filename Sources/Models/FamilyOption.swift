import Catalog

/// An argument that a family has beside those of all families, and which part of a network's shape
/// it decides.
struct FamilyOption<Type: ArgumentType & Equatable & Sendable>: Sendable {
  let name: String
  private let summary: String
  private let usual: Type
  private let part: any WritableKeyPath<NetworkShape, Type> & Sendable
  private let check: (@Sendable (Type) -> String?)?

  init(
    _ name: String, _ summary: String, default usual: Type,
    _ part: any WritableKeyPath<NetworkShape, Type> & Sendable,
    check: (@Sendable (Type) -> String?)? = nil
  ) {
    self.name = name
    self.summary = summary
    self.usual = usual
    self.part = part
    self.check = check
  }

  var argument: Argument<Type> { Argument(name, summary, default: usual, check: check) }

  func store(_ value: Type, in shape: inout NetworkShape) { shape[keyPath: part] = value }

  /// `, img_size=32`; nothing where the value is the usual one.
  func script(_ value: Type) -> String {
    value == usual ? "" : ", \(name)=\(value.literal)"
  }
}

/// Height and width of the images that a network of fixed size is built for: timm's `img_size`.
func imageSize(_ usual: Int) -> FamilyOption<Int> {
  FamilyOption(
    "img_size", "Height and width of the images, in pixels.", default: usual, \.size
  ) { (1...4096).contains($0) ? nil : "must be from 1 to 4096" }
}

/// Height and width of the patches that become tokens: timm's `patch_size`.
func patchSize(_ usual: Int) -> FamilyOption<Int> {
  FamilyOption(
    "patch_size", "Height and width of a patch, in pixels.", default: usual, \.patch,
    check: atLeastOne)
}

/// The largest probability of leaving a block out in training (timm's `drop_path_rate`).
///
/// It is 0 for every family, timm's Swin starts from 0.1.
let dropPathRate = FamilyOption<Float>(
  "drop_path_rate", "Probability of leaving the last block out in training.", default: 0,
  \.dropPath
) { (0..<1).contains($0) ? nil : "must be at least 0 and less than 1" }

/// The probability of leaving a feature out before the classifier in training (timm's `drop_rate`).
let dropRate = FamilyOption<Float>(
  "drop_rate", "Probability of leaving out a feature before the classifier in training.",
  default: 0, \.drop
) { (0..<1).contains($0) ? nil : "must be at least 0 and less than 1" }
