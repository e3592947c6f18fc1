import Catalog
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Mobile networks beside their reference values: lists of choices, starting weights, places that
/// features are taken from.
@Suite struct MobileTests {
  private func list(_ numbers: [Int]) -> Value { .list(numbers.map { .number(Double($0)) }) }

  private func shapes(_ model: Model) -> [String] {
    model.network.parameters.map { "\($0.key) \($0.parameter.shape)" }
  }

  /// Counts of the network written anew in PyTorch (make_ofa.py), 1000 classes.
  @Test func wholeOnceForAllNetworksHaveTheirCounts() throws {
    #expect(try make("ofa_mobilenetv3").parameterCount == 7_664_760)
    #expect(try make("ofa_mobilenetv3", ["width": .number(1.2)]).parameterCount == 10_701_632)
  }

  @Test func listsOfChoicesMayHaveFourLengths() throws {
    let depths = [2, 3, 2, 4, 2]
    func made(_ kernels: [Int], _ expands: [Int]) throws -> Model {
      try make(
        "ofa_mobilenetv3",
        [
          "classes": .number(4), "kernels": list(kernels), "expands": list(expands),
          "depths": list(depths),
        ])
    }
    let stages = [3, 5, 7, 5, 3]
    let blocks = zip(stages, depths).flatMap { Array(repeating: $0, count: $1) }
    // What is passed over has another size, so that it would show.
    let published = zip(stages, depths).flatMap { kernel, depth in
      Array(repeating: kernel, count: depth)
        + Array(repeating: kernel == 3 ? 7 : 3, count: 4 - depth)
    }
    let expected = shapes(try made(stages, [4]))
    #expect(shapes(try made(blocks, [4, 4, 4, 4, 4])) == expected)
    #expect(shapes(try made(published, Array(repeating: 4, count: 20))) == expected)
    #expect(shapes(try made([3], [4])) != expected)
    #expect(shapes(try made([7], [6])) == shapes(try made([7, 7, 7, 7, 7], [6, 6, 6, 6, 6])))
  }

  @Test func wrongChoicesAreExplained() {
    let wrong: [[String: Value]] = [
      ["kernels": list([4])], ["expands": list([5])], ["depths": list([1])],
      ["kernels": list([])], ["depths": list([2, 3])], ["kernels": list([3, 5])],
      ["expands": list(Array(repeating: 3, count: 19))], ["width": .number(0)],
      ["width": .number(.nan)], ["width": .number(1e9)], ["kernels": .number(3)],
    ]
    for arguments in wrong {
      let error = #expect(throws: (any Error).self, "\(arguments)") {
        try make("ofa_mobilenetv3", arguments)
      }
      let message = (error as? any Explained)?.failure.message ?? ""
      #expect(message.contains("ofa_mobilenetv3"), "\(arguments): \(message)")
    }
  }

  @Test func choicesAreInTheScript() throws {
    let model = try make(
      "ofa_mobilenetv3",
      ["classes": .number(3), "width": .number(0.5), "depths": list([2, 2, 3, 2, 2])])
    #expect(
      model.script
        == "ofa_mobilenetv3(classes=3, width=0.5, kernels=[7], expands=[6], depths=[2, 2, 3, 2, 2])"
    )
    let copy = try model.cloned(seed: nil)
    #expect(shapes(copy) == shapes(model) && areIdentical(copy.weights, model.weights))
  }

  /// Key, and the deviation it starts with by timm's (for the last, the authors') rules.
  private static let starts: [(model: String, key: String, deviation: Double)] = [
    ("efficientnet_b0", "blocks.2.1.conv_dw.weight", (2.0 / 25).squareRoot()),
    ("efficientnet_b0", "blocks.5.2.conv_pw.weight", (2.0 / 1152).squareRoot()),
    ("efficientnet_b0", "blocks.5.2.se.conv_expand.weight", (2.0 / 1152).squareRoot()),
    ("efficientnet_b0", "classifier.weight", (1.0 / 50 / 3).squareRoot()),
    ("mobilenetv3_small_100", "conv_head.weight", (2.0 / 1024).squareRoot()),
    ("mobilenetv3_small_100", "conv_head.bias", 0),
    ("mobilenetv2_050", "classifier.bias", 0),
    ("regnety_004", "s3.b2.conv2.conv.weight", (2.0 / 72).squareRoot()),
    ("regnety_004", "s3.b2.se.fc1.weight", (2.0 / 52).squareRoot()),
    ("regnety_004", "s3.b2.conv3.bn.weight", 0),
    ("regnety_004", "head.fc.weight", 0.01),
    ("ofa_mobilenetv3", "blocks.9.conv.depth_conv.conv.weight", (2.0 / 49 / 240).squareRoot()),
    ("ofa_mobilenetv3", "classifier.linear.weight", (1.0 / 1280 / 3).squareRoot()),
  ]

  @Test(arguments: starts)
  func weightsStartAsTheirAuthorsHaveThem(
    _ name: String, _ key: String, _ deviation: Double
  ) throws {
    let model = try make(name, ["classes": .number(50)])
    let parameter = try #require(model.network.parameters.first { $0.key == key }?.parameter)
    let values = parameter.value.values.map { Double($0) }
    let square = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    // Five standard errors of a normal deviation.
    let room = 5 / (2 * Double(values.count)).squareRoot()
    #expect(disagreement(square.squareRoot(), deviation, relative: room) == nil)
  }

  static let networks = [
    "mobilenetv2_050", "mobilenetv3_small_050", "efficientnet_b0", "tf_efficientnet_lite0",
    "regnety_002", "ofa_mobilenetv3",
  ]

  @Test(arguments: networks)
  func featuresAreFoundAndChangeNothing(_ name: String) throws {
    let model = try make(name, ["classes": .number(3)])
    let stages = model.network.stages
    let wanted = Set(stages.map(\.path) + stages.compactMap(\.preactivation))
    let images = try Formula.images("images", [2, 3, 64, 64], scale: 2)
    let asking = Context(features: wanted)
    let (found, expected) = (try model(images, asking), try model(images, .evaluation))
    #expect(disagreement(found, expected, relative: 1e-4, absolute: 1e-5) == nil)
    #expect(Set(asking.features.keys) == wanted && stages.count >= 6)
    let sizes = try stages.map { stage in
      let feature = try #require(asking.features[stage.path])
      return feature.rank == 4 ? feature.shape[1] : 1
    }
    #expect(sizes == sizes.sorted(by: >) && sizes.first == 32 || name.contains("v3_small"))
    for stage in stages {
      guard let path = stage.preactivation else { continue }
      let before = try #require(asking.features[path])
      let after = try #require(asking.features[stage.path])
      #expect(disagreement(before.relu(), after, relative: 0, absolute: 1e-6) == nil)
    }
  }

  @Test func liteNetworksPadAsTensorFlow() throws {
    let model = try make("tf_efficientnet_lite0", ["classes": .number(3)])
    let convolutions = model.network.modules.compactMap { $0.module as? Conv2d }
    #expect(convolutions.count == 49 && convolutions.allSatisfy(\.isSame))
    let norms = model.network.modules.compactMap { $0.module as? BatchNorm2d }
    #expect(norms.count == 49 && norms.allSatisfy { $0.epsilon == 1e-3 && $0.momentum == 0.1 })
    let plain = try make("efficientnet_b0", ["classes": .number(3)])
    #expect(plain.network.modules.allSatisfy { ($0.module as? Conv2d)?.isSame != true })
  }

  @Test func blocksAreLeftOutAsTimmDoes() throws {
    func rates(_ name: String) throws -> [String: Float] {
      let model = try make(
        name, ["classes": .number(3), "drop_path_rate": .number(0.4), "drop_rate": .number(0.25)])
      #expect(
        model.script.contains("drop_path_rate=0.4") && model.script.contains("drop_rate=0.25"))
      let paths = model.network.modules.compactMap { path, module in
        (module as? DropPath).map { (path, $0.probability) }
      }
      let dropouts = model.network.modules.compactMap { $0.module as? Dropout }
      #expect(dropouts.map(\.probability) == [0.25])
      return Dictionary(uniqueKeysWithValues: paths)
    }
    // Block i of 16 has 0.4·i/16; only blocks with a shortcut can be left out.
    let mobile = try rates("efficientnet_b0")
    #expect(mobile.count == 9)
    #expect(disagreement(Double(mobile["blocks.1.1.drop_path"] ?? 0), 0.05, relative: 1e-6) == nil)
    #expect(disagreement(Double(mobile["blocks.5.3.drop_path"] ?? 0), 0.35, relative: 1e-6) == nil)
    // Block i of 13 has 0.4·i/12.
    let regnet = try rates("regnety_002")
    #expect(regnet.count == 12)
    #expect(disagreement(Double(regnet["s3.b1.drop_path"] ?? 0), 0.8 / 12, relative: 1e-6) == nil)
    #expect(disagreement(Double(regnet["s4.b7.drop_path"] ?? 0), 0.4, relative: 1e-6) == nil)
    #expect(
      try make("mobilenetv2_050", ["classes": .number(3)]).network.modules.allSatisfy {
        !($0.module is DropPath) && !($0.module is Dropout)
      })
  }

  @Test(arguments: ["efficientnet_b0", "mobilenetv3_small_050", "regnety_002"])
  func leavingOutIsForTrainingAlone(_ name: String) throws {
    let plain = try make(name, ["classes": .number(3)])
    let rates: [String: Value] = ["drop_path_rate": .number(0.5), "drop_rate": .number(0.5)]
    let model = try make(name, rates.merging(["classes": .number(3)]) { $1 })
    #expect(model.network.state.map(\.key) == plain.network.state.map(\.key))
    let images = try Formula.images("images", [4, 3, 32, 32], scale: 2)
    #expect(try bits([model(images, .evaluation)]) == bits([plain(images, .evaluation)]))
    func trained(_ model: Model, step: Int) throws -> [[UInt32]] {
      bits([try model(images, Context(isTraining: true, updatesState: false, step: step))])
    }
    #expect(try trained(model, step: 1) == trained(model, step: 1))
    #expect(try trained(model, step: 1) != trained(model, step: 2))
    #expect(try trained(plain, step: 1) == trained(plain, step: 2))
  }
}
