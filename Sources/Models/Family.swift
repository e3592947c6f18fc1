import Catalog
import Images
import Layers
import Tensors

/// What every network of a family is told.
struct NetworkShape: Sendable {
  var classes: Int
  var channels: Int
  /// Height and width of the images.
  var size: Int
  /// Height and width of a patch, where the family cuts images into patches.
  var patch = 0
  /// Probability of leaving the last block out in training.
  var dropPath: Float = 0
  /// Probability of leaving out a feature before the classifier in training.
  var drop: Float = 0
  /// Pixels of the image to one of the last stage, where a network is told.
  var outputStride = 0
  /// Whether maps are brought to other sizes with the centres of their corner pixels kept in place.
  var alignsCorners = true
}

/// A network of a family: the arguments are the same for all of them, but for the options.
///
/// - Parameters:
///   - size: Height and width that the family is usually fed.
///   - defaultClasses: 1000 for ImageNet's networks, 10 for the small ones.
///   - preprocessing: What its published weights want of a photograph; nil: where 1000 classes are
///     usual, `size` pixels cut from an eighth more and ImageNet's normalisation; small pictures are
///     taken as they are.
///   - task: What its networks say of an image.
///   - options: Arguments that this family has besides; `imageSize` where the network is built for
///     images of one size.
///   - build: Makes the network; throws a `Failure` where the arguments do not go together.
func family<each Type: ArgumentType & Equatable & Sendable>(
  _ name: String, aliases: [String] = [], _ summary: String, details: String,
  size: Int, defaultClasses: Int, preprocessing: Preprocessing? = nil,
  task: Task = .classification,
  options: repeat FamilyOption<each Type>,
  examples: [String] = [],
  build: @escaping @Sendable (NetworkShape) throws -> Module
) -> Declaration {
  let usual = preprocessing ?? (defaultClasses == 1000 ? Preprocessing(size: size) : nil)
  return Declaration(
    named: name, aliases: aliases, summary, details: details,
    ModelArguments.classes(defaultClasses), ModelArguments.channels, ModelArguments.weights,
    ModelArguments.seed,
    repeat (each options).argument,
    examples: ["\(name)(classes=10)"] + examples, keywords: ["network", "backbone"]
  ) {
    (
      context: any CallContext, classes: Int, channels: Int, weights: String?, seed: Int?,
      values: repeat each Type
    ) in
    let seed = seed ?? context.seed
    var shape = NetworkShape(classes: classes, channels: channels, size: size)
    var script = "\(name)(classes=\(classes)"
    if channels != 3 { script += ", channels=\(channels)" }
    for (option, value) in repeat (each options, each values) {
      option.store(value, in: &shape)
      script += option.script(value)
    }
    if seed != 0 { script += ", seed=\(seed)" }
    let complete = shape
    let model = try Model(
      name: name, script: script + ")", classes: classes, channels: channels, size: shape.size,
      seed: seed,
      preprocessing: usual.map {
        var own = $0
        own.normalisation = own.normalisation.fitted(to: channels)
        if shape.size != size { own.size = shape.size }
        return own
      }, task: task
    ) { try build(complete) }
    if let weights { try model.load(weights) }
    return model
  }
}

/// Arguments that every network has.
enum ModelArguments {
  static func classes(_ usual: Int) -> Argument<Int> {
    Argument(
      "classes", "Number of classes, the length of the logits.", default: usual,
      check: atLeastOne)
  }

  static let channels = Argument(
    "channels", "Channels of the input: 3 for colour, 1 for grey.", default: 3, check: atLeastOne)

  static let weights = Argument(
    "weights", "A checkpoint to start from; its keys and shapes must match.",
    default: String?.none)

  static let seed = Argument(
    "seed", "Where the starting weights are drawn from; none: the session's seed.",
    default: Int?.none)
}

extension Preprocessing {
  /// The same for pictures of another number of channels.
  func fitted(to channels: Int) -> Preprocessing {
    var result = self
    result.normalisation = normalisation.fitted(to: channels)
    return result
  }
}

@Sendable func atLeastOne(_ number: Int) -> String? { number < 1 ? "must be at least 1" : nil }
