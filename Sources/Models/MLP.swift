import Catalog
import Layers
import Tensors

/// A multilayer perceptron: pixels in a row, hidden layers with ReLU, logits.
final class MLP: Module {
  let flatten = Flatten()
  let hidden: [Linear]
  /// What comes out of the hidden layers' ReLU.
  let act: [Place]
  let fc: Linear

  init(inputs: Int, hidden widths: [Int], classes: Int) {
    hidden = zip([inputs] + widths, widths).map { Linear($0, $1) }
    act = hidden.map { _ in Place() }
    fc = Linear(widths.last ?? inputs, classes)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try flatten(x, context)
    for (layer, place) in zip(hidden, act) { y = try place(try layer(y, context).relu(), context) }
    return try fc(y, context)
  }

  override var stages: [Stage] {
    let layers = hidden.indices.map { Stage("act.\($0)", preactivation: "hidden.\($0)") }
    let stem = Stage("flatten")
    return [stem] + layers + [layers.last ?? stem]
  }

  static let declaration = Declaration(
    named: "mlp", "Multilayer perceptron: hidden layers with ReLU.",
    details: "Keys `hidden.0.weight`, …, `fc.weight`. Starts as PyTorch's `Linear`.",
    ModelArguments.classes(10),
    Argument("hidden", "Widths of the hidden layers.", default: [64]) {
      $0.allSatisfy { $0 >= 1 } ? nil : "must be widths of at least 1"
    },
    Argument("channels", "Channels of the input.", default: 1, check: atLeastOne),
    Argument("size", "Height and width of the input.", default: 28, check: atLeastOne),
    ModelArguments.weights, ModelArguments.seed,
    examples: ["mlp(classes=10, hidden=[64, 64], channels=1, size=8)"],
    keywords: ["dense", "network", "perceptron"]
  ) {
    (
      context: any CallContext, classes: Int, hidden: [Int], channels: Int, size: Int,
      weights: String?, seed: Int?
    ) in
    let seed = seed ?? context.seed
    var script = "mlp(classes=\(classes), hidden=\(hidden.literal), channels=\(channels)"
    script += ", size=\(size)" + (seed == 0 ? ")" : ", seed=\(seed))")
    let model = try Model(
      name: "mlp", script: script, classes: classes, channels: channels, size: size, seed: seed
    ) { MLP(inputs: size * size * channels, hidden: hidden, classes: classes) }
    if let weights { try model.load(weights) }
    return model
  }
}
