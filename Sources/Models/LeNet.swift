import Catalog
import Layers
import Tensors

/// LeNet-5 (LeCun et al. 1998) with ReLU and max pooling, as it is usually taught today.
final class LeNet: Module {
  let conv1: Conv2d
  let conv2: Conv2d
  let pool = MaxPool2d(kernel: 2)
  let flatten = Flatten()
  let fc1: Linear
  let fc2: Linear
  let fc3: Linear
  /// What comes out of the ReLU behind both convolutions and `fc2`.
  let act1 = Place()
  let act2 = Place()
  let act3 = Place()

  init(channels: Int, size: Int, classes: Int) {
    conv1 = Conv2d(channels, 6, kernel: 5, padding: 2)
    conv2 = Conv2d(6, 16, kernel: 5)
    let last = (size / 2 - 4) / 2
    fc1 = Linear(16 * last * last, 120)
    fc2 = Linear(120, 84)
    fc3 = Linear(84, classes)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try pool(try act1(try conv1(x, context).relu(), context), context)
    y = try pool(try act2(try conv2(y, context).relu(), context), context)
    y = try fc1(try flatten(y, context), context).relu()
    return try fc3(try act3(try fc2(y, context).relu(), context), context)
  }

  override var stages: [Stage] {
    [Stage("act1"), Stage("act2", preactivation: "conv2"), Stage("act3", preactivation: "fc2")]
  }

  static let declaration = Declaration(
    named: "lenet", "LeNet-5: two convolutions, three dense layers.",
    details: "LeCun et al. 1998, with ReLU and max pooling.",
    ModelArguments.classes(10),
    Argument("channels", "Channels of the input.", default: 1, check: atLeastOne),
    Argument("size", "Height and width of the input.", default: 28) {
      $0 < 12 ? "must be at least 12 for two poolings" : nil
    },
    ModelArguments.weights, ModelArguments.seed,
    examples: ["lenet(classes=10)"], keywords: ["network", "convolution"]
  ) {
    (context: any CallContext, classes: Int, channels: Int, size: Int, weights: String?, seed: Int?)
    in
    let seed = seed ?? context.seed
    var script = "lenet(classes=\(classes), channels=\(channels), size=\(size)"
    script += seed == 0 ? ")" : ", seed=\(seed))"
    let model = try Model(
      name: "lenet", script: script, classes: classes, channels: channels, size: size, seed: seed
    ) { LeNet(channels: channels, size: size, classes: classes) }
    if let weights { try model.load(weights) }
    return model
  }
}
