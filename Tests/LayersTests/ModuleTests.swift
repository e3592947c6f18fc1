import Layers
import Tensors
import TestSupport
import Testing

/// How properties become checkpoint keys, and what runs along with a forward pass.
@Suite struct ModuleTests {
  private func tower(seed: UInt64 = 0) -> Tower {
    let tower = Tower()
    tower.name()
    tower.initialize(seed: seed)
    return tower
  }

  private func images(_ seed: Int = 0) throws -> Tensor {
    try Formula.images("images", [2, 3, 8, 8], seed: seed, scale: 2)
  }

  @Test func keysAreThePropertiesInOrder() {
    let keys = tower().state.map(\.key)
    let norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    #expect(
      keys == ["scale", "shared_scale", "first_conv.weight"] + norm.map { "bn1." + $0 }
        + ["blocks.0.body.0.weight", "blocks.0.body.0.bias"]
        + ["blocks.1.body.0.weight", "blocks.1.body.0.bias"] + norm.map { "head_norm." + $0 }
        + ["classifierHead.weight", "classifierHead.bias"])
  }

  @Test func modulesKnowTheirPaths() {
    let tower = tower()
    #expect(tower.path == "")
    #expect(tower.blocks[1].path == "blocks.1")
    #expect(tower.blocks[1].body.parts[2].path == "blocks.1.body.2")
    #expect(tower.odd.path == "classifierHead")
    #expect(tower.modules.map(\.path).count == Set(tower.modules.map(\.path)).count)
  }

  @Test func sharedParametersCountOnce() {
    let tower = tower()
    let keys = tower.parameters.map(\.key)
    #expect(keys.contains("scale") && !keys.contains("shared_scale"))
    let expected = 4 + 3 * 4 * 9 + 8 + 2 * (4 * 4 * 9 + 4) + 8 + (4 * 2 + 2)
    #expect(tower.parameterCount == expected)
  }

  @Test func startsAreFunctionsOfSeedAndKey() {
    let (a, b, c) = (tower(seed: 1), tower(seed: 1), tower(seed: 2))
    func values(_ tower: Tower) -> [[UInt32]] { bits(tower.parameters.map(\.parameter.value)) }
    #expect(values(a) == values(b))
    #expect(values(a) != values(c))
    // Two layers of one shape start apart.
    let weights = a.parameters.filter { $0.key.hasSuffix("body.0.weight") }
    #expect(weights.count == 2)
    #expect(bits([weights[0].parameter.value]) != bits([weights[1].parameter.value]))
  }

  @Test func startsHaveTheSpreadOfPyTorch() {
    let dense = Linear(400, 300)
    dense.name()
    dense.initialize(seed: 3)
    for (_, parameter) in dense.parameters {
      let values = parameter.value.values
      let bound: Float = 1 / 20
      #expect(values.allSatisfy { $0 >= -bound && $0 < bound })
      #expect((values.max() ?? 0) > 0.95 * bound && (values.min() ?? 0) < -0.95 * bound)
    }
    let kernel = Conv2d(16, 64, kernel: 3, start: Conv2d.fanOut(64, kernel: 3))
    kernel.name()
    kernel.initialize(seed: 3)
    let values = kernel.parameters[0].parameter.value.values.map { Double($0) }
    let deviation = (values.map { $0 * $0 }.reduce(0, +) / Double(values.count)).squareRoot()
    // Kaiming by fan-out: √(2 / (64·9)); 9,216 draws show it within 3 %.
    #expect(disagreement(deviation, (2.0 / 576).squareRoot(), relative: 0.03) == nil)
    #expect(kernel.parameters[1].parameter.value.values.allSatisfy { $0 == 0 })
  }

  @Test func shapeErrorsCarryThePath() throws {
    let tower = tower()
    let error = try #require(
      #expect(throws: ShapeError.self) {
        try tower(Tensor(zeros: [1, 8, 8, 5]), .evaluation)
      })
    #expect(error.path == "first_conv")
    #expect(error.message == "needs images [N, H, W, 3], got a tensor [1, 8, 8, 5]")
    let inner = try #require(
      #expect(throws: ShapeError.self) {
        try tower.blocks[1](Tensor(zeros: [1, 8, 8, 3]), .evaluation)
      })
    #expect(inner.path == "blocks.1.body.0")
    let fused = try #require(
      #expect(throws: ShapeError.self) {
        try tower.bn1(Tensor(zeros: [1, 8, 8, 3]), .evaluation, activation: .relu)
      })
    #expect(fused.path == "bn1")
    #expect(throws: ShapeError.self) { try tower.odd(Tensor(zeros: [2, 5]), .evaluation) }
  }

  @Test func wantedFeaturesAreTheModulesOwnOutputs() throws {
    let tower = tower()
    let plain = try tower(images(), .evaluation)
    let context = Context(features: ["bn1", "blocks.0", "head_norm", "nowhere"])
    let watched = try tower(images(), context)
    #expect(disagreement(plain, watched, relative: 1e-5, absolute: 1e-6) == nil)
    #expect(context.features.keys.sorted() == ["blocks.0", "bn1", "head_norm"])
    // The bare output of the norm, before the activation that is fused to it.
    let bare = try #require(context.features["bn1"])
    #expect(bare.values.contains { $0 < 0 })
    let expected = try tower.bn1(try tower.firstConv(images(), .evaluation), .evaluation)
    #expect(disagreement(bare, expected, relative: 1e-6, absolute: 1e-7) == nil)
  }

  @Test func observerSeesEveryModuleOnce() throws {
    let tower = tower()
    let context = Context()
    var seen: [String] = []
    context.observer = { module, _, _ in seen.append(module.path) }
    _ = try tower(images(), context)
    #expect(seen.sorted() == tower.modules.map(\.path).sorted())
    #expect(seen.last == "")
  }
}
