import Catalog
import Checkpoints
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// What PyTorch says of a segmentation network whose weights and images are filled by formula.
private struct SegmentationGolden: Decodable {
  var model: String
  var arguments: [String: Setting]
  var seed: Int
  var classes: Int
  var input: [Int]
  var parameters: Int
  var state: [NetworkGolden.StateLine]
  var logits: Fingerprint
  var aux: Fingerprint
  var loss: Double
  var gradients: [String: Fingerprint]

  enum Setting: Decodable {
    case number(Double)
    case flag(Bool)

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if let flag = try? single.decode(Bool.self) {
        self = .flag(flag)
      } else {
        self = .number(try single.decode(Double.self))
      }
    }

    var value: Value {
      switch self {
      case .number(let number): .number(number)
      case .flag(let flag): .bool(flag)
      }
    }
  }

  func plainModel() throws -> Model {
    var given = arguments.mapValues(\.value)
    given["classes"] = .number(Double(classes))
    given["drop_rate"] = .number(0)
    return try make(self.model, given)
  }

  func filledModel() throws -> Model {
    let model = try plainModel()
    try model.fill(seed: seed)
    return model
  }

  func images() throws -> Tensor { try Formula.images("input", input, seed: seed, scale: 2) }

  /// (n + h / 4 + w / 5) mod K, and 255 where h·w is a multiple of 7.
  func labels() throws -> Labels {
    let (count, height, width) = (input[0], input[2], input[3])
    var values: [Int32] = []
    for n in 0..<count {
      for h in 0..<height {
        for w in 0..<width {
          values.append(h * w % 7 == 0 ? 255 : Int32((n + h / 4 + w / 5) % classes))
        }
      }
    }
    return try Labels(values, [count, height, width])
  }
}

/// Networks that say something of every pixel.
@Suite struct SegmentationTests {
  static let names = goldenFiles("segmentation")

  @Test func everyBackboneIsThere() { #expect(Self.names.count == 5) }

  @Test(arguments: names)
  func keysAndShapesAreThoseOfPyTorch(_ name: String) throws {
    let golden = try golden("segmentation/\(name).json", as: SegmentationGolden.self)
    let model = try golden.plainModel()
    let entries = try model.checkpointEntries()
    #expect(entries.map(\.name) == golden.state.map(\.key))
    for (entry, line) in zip(entries, golden.state) {
      #expect(entry.array.shape == line.shape, "\(line.key)")
    }
    #expect(model.parameterCount == golden.parameters && model.task == .segmentation)
  }

  @Test(arguments: names)
  func numbersAreThoseOfPyTorch(_ name: String) throws {
    let golden = try golden("segmentation/\(name).json", as: SegmentationGolden.self)
    let model = try golden.filledModel()
    let images = try golden.images()
    func check(_ logits: Tensor, _ expected: Fingerprint, relative: Double) throws {
      #expect(logits.shape == [6, 33, 41, 5])
      let print = try Fingerprint(
        try logits.transposed([0, 3, 1, 2]), on: "logits", seed: golden.seed)
      #expect(
        disagreement(
          print.numbers, expected.numbers, relative: 0, absolute: relative * expected.norm)
          == nil)
    }
    let looking = Context(features: ["aux"])
    try check(try model(images, looking), golden.logits, relative: 1e-5)
    try check(try #require(looking.features["aux"]), golden.aux, relative: 1e-5)

    let context = Context(isTraining: true, isRecording: true, features: ["aux"])
    let labels = try golden.labels()
    let main = try crossEntropy(try model(images, context), labels, ignoring: 255)
    let aux = try crossEntropy(
      try #require(context.features["aux"]), labels, ignoring: 255)
    let loss = try main + aux * 0.4
    #expect(disagreement(Double(loss.scalar), golden.loss, relative: 1e-5) == nil)

    let parameters = model.network.parameters
    let found = try gradients(of: loss, withRespectTo: parameters.map(\.parameter.tracked))
    #expect(Set(parameters.map(\.key)) == Set(golden.gradients.keys))
    let norms = golden.gradients.values.map(\.norm).sorted()
    let distances = try zip(parameters, found).map { entry, gradient in
      let expected = try #require(golden.gradients[entry.key])
      let print = try Fingerprint(
        gradient, on: "grad:" + entry.key, layout: entry.parameter.layout, seed: golden.seed)
      let distance = max(
        abs(print.norm - expected.norm), abs(print.projection - expected.projection))
      return distance / max(expected.norm, norms[norms.count / 2])
    }.sorted()
    // In the deep ones numbers at the kinks of ReLUs fall on either side of them: PyTorch's own
    // gradients in single precision are 1e-3 (median) and 1.3e-2 (largest) away from double precision
    // with 50 layers, 2.6e-3 and 3.4e-2 with 101.
    let bounds: (median: Double, largest: Double) =
      name.hasSuffix("50") ? (4e-3, 6e-2) : name.hasSuffix("101") ? (1e-2, 1.4e-1) : (1e-5, 1e-3)
    #expect(distances[distances.count / 2] <= bounds.median)
    #expect(distances[distances.count - 1] <= bounds.largest)
  }

  @Test func auxiliaryHeadIsComputedForThoseWhoAsk() throws {
    let model = try make("pspnet_resnet8", ["classes": .number(4)])
    let images = try Formula.images("images", [2, 3, 40, 24])
    for path in ["aux", "aux.0", "psp", "head", "layer2"] {
      let context = Context(isTraining: true, updatesState: false, features: [path])
      _ = try model(images, context)
      let shape = try #require(context.features[path]).shape
      let expected: [String: [Int]] = [
        "aux": [2, 40, 24, 4], "aux.0": [2, 10, 6, 32], "psp": [2, 5, 3, 32],
        "head": [2, 5, 3, 4], "layer2": [2, 10, 6, 32],
      ]
      #expect(shape == expected[path], "\(path)")
    }
    // Nobody asks: its running statistics stay.
    let before = model.weights
    _ = try model(images, Context(isTraining: true))
    for ((key, _), (old, new)) in zip(model.network.state, zip(before, model.weights)) {
      if key.hasPrefix("aux.") { #expect(areIdentical([old], [new]), "\(key)") }
    }
  }

  @Test func strideOfTheMapIsHeeded() throws {
    let images = try Formula.images("images", [1, 3, 64, 48])
    for (name, stride) in [
      ("pspnet_resnet8", 2), ("pspnet_resnet8", 4), ("pspnet_resnet8", 8),
      ("pspnet_resnet18", 8), ("pspnet_resnet18", 16), ("pspnet_resnet18", 32),
    ] {
      let model = try make(
        name, ["classes": .number(3), "output_stride": .number(Double(stride))])
      let context = Context(features: ["psp"])
      #expect(try model(images, context).shape == [1, 64, 48, 3])
      #expect(
        context.features["psp"]?.shape.dropLast()
          == [1, 64 / stride, (48 + stride - 1) / stride], "\(name)")
    }
    for wrong in [0, 1, 3, 64] {
      #expect(throws: Failure.self) {
        try make("pspnet_resnet18", ["output_stride": .number(Double(wrong))])
      }
    }
  }

  /// A residual network's own weights are its backbone's.
  @Test func weightsOfTheBackboneLoad() throws {
    let body = try make("resnet18", ["classes": .number(7), "seed": .number(5)])
    let model = try make("pspnet_resnet18", ["classes": .number(3)])
    let report = try model.load(body.checkpoint(), from: "file", strict: false)
    #expect(report.matched == body.network.state.count - 2)
    let own = try model.checkpointEntries().first { $0.name == "layer4.1.conv2.weight" }
    let theirs = try body.checkpointEntries().first { $0.name == "layer4.1.conv2.weight" }
    #expect(try #require(own).array.floats() == #require(theirs).array.floats())
  }

  @Test func channelsAreDroppedWhole() throws {
    let layer = Dropout2d(0.5)
    let x = Tensor(repeating: 1, [3, 4, 5, 64])
    func dropped(_ step: Int) throws -> Tensor {
      try layer(x, Context(isTraining: true, seed: 3, step: step))
    }
    let y = try dropped(1)
    let means = try y.mean(axes: [1, 2]).values
    #expect(means.allSatisfy { $0 == 0 || $0 == 2 })
    #expect((40...152).contains(means.count { $0 == 0 }))
    #expect(try bits([y]) == bits([dropped(1)]) && bits([y]) != bits([dropped(2)]))
    #expect(try bits([layer(x, .evaluation)]) == bits([x]))
  }
}
