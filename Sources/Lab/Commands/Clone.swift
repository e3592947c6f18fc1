import Catalog
import Models

enum Clone {
  static let declaration: Declaration = Declaration(
    "clone", "A copy of a model: with its weights, or drawn anew from a seed.",
    Argument("model", "The model to copy.") as Argument<Model>,
    Argument(
      "seed", "Where new starting weights are drawn from; none keeps the weights.",
      default: Int?.none),
    examples: ["other = student.clone(seed=1)"], keywords: ["copy", "duplicate"]
  ) { model, seed in try model.cloned(seed: seed) }
}
