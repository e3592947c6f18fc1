import Catalog
import Images
import Layers
import Tensors

/// What every network of a family is told.
struct NetworkShape: Sendable {
  var classes: Int
  var channels: Int
}

/// A network of a family whose input may have any size: the arguments are the same for all of them.
///
/// - Parameters:
///   - size: Height and width that the family is usually fed.
///   - defaultClasses: 1000 for ImageNet's networks, 10 for the small ones.
///   - preprocessing: What its published weights want of a photograph; nil: where 1000 classes are
///     usual, `size` pixels cut from an eighth more and ImageNet's normalisation; small pictures are
///     taken as they are.
func family(
  _ name: String, aliases: [String] = [], _ summary: String, details: String,
  size: Int, defaultClasses: Int, preprocessing: Preprocessing? = nil,
  build: @escaping @Sendable (NetworkShape) -> Module
) -> Declaration {
  let usual = preprocessing ?? (defaultClasses == 1000 ? Preprocessing(size: size) : nil)
  return Declaration(
    named: name, aliases: aliases, summary, details: details,
    Argument(
      "classes", "Number of classes, the length of the logits.", default: defaultClasses,
      check: atLeastOne),
    Argument(
      "channels", "Channels of the input: 3 for colour, 1 for grey.", default: 3,
      check: atLeastOne),
    Argument(
      "weights", "A checkpoint to start from; its keys and shapes must match.",
      default: String?.none),
    Argument(
      "seed", "Where the starting weights are drawn from; none: the session's seed.",
      default: Int?.none),
    examples: ["\(name)(classes=10)"], keywords: ["network", "backbone"]
  ) { (context: any CallContext, classes: Int, channels: Int, weights: String?, seed: Int?) in
    let seed = seed ?? context.seed
    let shape = NetworkShape(classes: classes, channels: channels)
    var script = "\(name)(classes=\(classes)"
    if channels != 3 { script += ", channels=\(channels)" }
    if seed != 0 { script += ", seed=\(seed)" }
    let model = try Model(
      name: name, script: script + ")", classes: classes, channels: channels, size: size,
      seed: seed,
      preprocessing: usual.map {
        var own = $0
        own.normalisation = own.normalisation.fitted(to: channels)
        return own
      }
    ) { build(shape) }
    if let weights { try model.load(weights) }
    return model
  }
}

@Sendable func atLeastOne(_ number: Int) -> String? { number < 1 ? "must be at least 1" : nil }
