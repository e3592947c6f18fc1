import Catalog
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing

/// What single optimizers promise.
@Suite struct RuleTests {
  private func parameters() throws -> [(key: String, parameter: Parameter)] {
    try [("fc.weight", [7, 5], Layout.dense), ("fc.bias", [5], .plain)].map {
      key, shape, layout in
      let parameter = Parameter(shape, layout: layout)
      parameter.value = try Formula.tensor(key, shape)
      return (key, parameter)
    }
  }

  private func advance(
    _ optimizer: Optimizer, _ parameters: [(key: String, parameter: Parameter)],
    _ steps: ClosedRange<Int>
  ) throws {
    for step in steps {
      optimizer.step(
        parameters,
        try parameters.map { try Formula.tensor("\($0) \(step)", $1.shape) + $1.value })
    }
  }

  private func figure(_ optimizer: Optimizer, _ name: String) -> Double? {
    optimizer.figures.first { $0.name == name }?.value
  }

  // MARK: RAdam

  /// ρ_t and r_t for β₂ = 0.999, computed from the paper's formulas.
  @Test func rectificationIsThatOfThePaper() throws {
    let optimizer = try makeOptimizer("radam", ["lr": .number(0.01)])
    let list = try parameters()
    let rho = [1.0, 1.9995, 2.9987, 3.9975, 4.996, 5.9942]
    let factors: [Int: Double] = [6: 0.0258, 7: 0.0327, 8: 0.0387, 10: 0.0490]
    for step in 1...10 {
      try advance(optimizer, list, step...step)
      if step <= 6 { #expect(abs((figure(optimizer, "rho") ?? 0) - rho[step - 1]) < 1e-3) }
      let found = figure(optimizer, "rectification") ?? -1
      if step < 6 { #expect(found == 0) }
      if let factor = factors[step] { #expect(abs(found - factor) < 1e-4, "\(step)") }
    }
    #expect(figure(optimizer, "first_rectified") == 6)
    let early = try makeOptimizer("radam", ["variant": .string("paper")])
    #expect(figure(early, "first_rectified") == 5)
    try advance(early, list, 1...5)
    #expect(abs((figure(early, "rectification") ?? 0) - 0.0173) < 1e-4)
    let never = try makeOptimizer("radam", ["beta2": .number(0.5)])
    #expect(figure(never, "first_rectified") == nil)
  }

  @Test(arguments: ["torch", "paper", "authors"])
  func stepsBeforeRectificationAreMomentumOrNone(_ variant: String) throws {
    let optimizer = try makeOptimizer(
      "radam", ["variant": .string(variant), "weight_decay": .number(0.5)])
    let list = try parameters()
    let before = list.map(\.parameter.value)
    try advance(optimizer, list, 1...4)
    let moved = list.map(\.parameter.value)
    #expect((bits(moved) == bits(before)) == (variant == "authors"))
    #expect((figure(optimizer, "rate") == 0) == (variant == "authors"))
    try advance(optimizer, list, 5...6)
    #expect(bits(list.map(\.parameter.value)) != bits(moved))
  }

  @Test func thresholdsBelowFourAreRefused() throws {
    #expect(throws: Failure.self) { try makeOptimizer("radam", ["threshold": .number(3)]) }
    let optimizer = try makeOptimizer("radam")
    #expect(throws: Failure.self) { try optimizer.setMember("threshold", to: .number(3.9)) }
  }

  // MARK: Lookahead

  @Test func slowWeightsStartAsTheInitialOnes() throws {
    let list = try parameters()
    let initial = list.map(\.parameter.value)
    let plain = try parameters()
    let fast = try makeOptimizer("sgd", ["lr": .number(0.1)])
    let optimizer = try makeOptimizer(
      "lookahead", ["lr": .number(0.1), "k": .number(3), "alpha": .number(0.25)])
    optimizer.attach(to: list)
    #expect(figure(optimizer, "slow_distance") == 0)
    try advance(optimizer, list, 1...2)
    try advance(fast, plain, 1...2)
    #expect(bits(list.map(\.parameter.value)) == bits(plain.map(\.parameter.value)))
    let slow = try #require(optimizer.slowWeights)
    #expect(bits(list.compactMap { slow[$0.key] }) == bits(initial))
    #expect((figure(optimizer, "slow_distance") ?? 0) > 0.1)
    #expect(figure(optimizer, "until_sync") == 1)
    try advance(optimizer, list, 3...3)
    try advance(fast, plain, 3...3)
    for (index, entry) in list.enumerated() {
      let expected = try initial[index] + (plain[index].parameter.value - initial[index]) * 0.25
      #expect(
        disagreement(
          entry.parameter.value.values.map(Double.init), expected.values.map(Double.init),
          relative: 1e-6, absolute: 1e-7) == nil)
    }
    #expect(figure(optimizer, "slow_distance") == 0)
  }

  @Test func lookaheadIsNotPutAroundItself() throws {
    let inner = try makeOptimizer("lookahead")
    for around in [inner, try makeOptimizer("ranger")] {
      #expect(throws: Failure.self) {
        try makeOptimizer("lookahead", ["base": .object(around)])
      }
    }
    #expect(throws: Failure.self) { try inner.setMember("k", to: .number(2.5)) }
    #expect(throws: Failure.self) { try makeOptimizer("lookahead", ["k": .number(0)]) }
    #expect(throws: Failure.self) { try makeOptimizer("lookahead", ["alpha": .number(1.5)]) }
  }

  @Test func rangerIsRAdamInsideLookaheadOnCentralizedGradients() throws {
    let (a, b) = (try parameters(), try parameters())
    let base = try makeOptimizer(
      "radam",
      [
        "lr": .number(0.02), "beta1": .number(0.95), "eps": .number(1e-5), "gc": .string("all"),
        "decoupled_weight_decay": .bool(true), "weight_decay": .number(0.1),
      ])
    try advance(
      try makeOptimizer("lookahead", ["base": .object(base), "k": .number(6)]), a, 1...14)
    try advance(
      try makeOptimizer("ranger", ["lr": .number(0.02), "weight_decay": .number(0.1)]), b, 1...14)
    #expect(bits(a.map(\.parameter.value)) == bits(b.map(\.parameter.value)))
  }

  // MARK: Centralization

  @Test(arguments: [Centralization.none, .all, .conv])
  func gradientsLoseTheMeanOfEachOutput(_ which: Centralization) throws {
    let shapes: [([Int], Layout)] = [
      ([4, 3], .dense), ([3, 3, 2, 5], .convolution), ([1, 6], .plain), ([5], .plain),
    ]
    for (shape, layout) in shapes {
      let parameter = Parameter(shape, layout: layout)
      let gradient = try Formula.tensor("g", shape)
      let found = which.centralized(gradient, of: parameter)
      let isHit = which == .all ? shape.count > 1 : which == .conv && layout == .convolution
      let units = layout == .plain ? shape[0] : shape[shape.count - 1]
      let sums =
        try (layout == .plain && shape.count > 1)
        ? found.sum(axes: Array(1..<shape.count))
        : found.reshaped([shape.elementCount / units, units]).sum(axes: [0])
      #expect(sums.values.allSatisfy { abs($0) < 1e-5 } == isHit, "\(which) \(shape)")
      #expect((bits([found]) == bits([gradient])) == !isHit)
    }
  }

  // MARK: Changes in mid-run

  /// From an optimizer to another: the slots that go on.
  @Test func stateGoesOnWhereItMeansTheSame() throws {
    let moments = ["exp_avg", "exp_avg_sq"]
    let expected: [(String, String, [String])] = [
      ("adam", "adamw", moments), ("adamw", "radam", moments), ("radam", "lamb", moments),
      ("adam", "nadam", moments), ("adamw", "ranger", moments), ("ranger", "adam", moments),
      ("ranger", "ranger", moments + ["slow"]), ("adam", "lion", ["exp_avg"]),
      ("lion", "adam", []), ("sgd", "adam", []), ("sgd", "lookahead", ["momentum_buffer"]),
      ("rmsprop", "sgd", []), ("rmsprop", "rmsprop_tf", []), ("sgd", "sgd", ["momentum_buffer"]),
    ]
    for (old, new, slots) in expected {
      let list = try parameters()
      let before = try makeOptimizer(old)
      try advance(before, list, 1...7)
      let after = try makeOptimizer(new)
      #expect(after.takeOver(from: before) == slots, "\(old) → \(new)")
      #expect(after.stepCount == (slots.isEmpty ? 0 : 7))
      for slot in slots {
        let key = "\(slot).fc.weight"
        #expect(
          bits([try #require(after.state.tensors[key])])
            == bits([try #require(before.state.tensors[key])]), "\(old) → \(new) \(key)")
      }
      if let slow = after.slowWeights, !slots.contains("slow") {
        #expect(bits(list.compactMap { slow[$0.key] }) == bits(list.map(\.parameter.value)))
      }
      try advance(after, list, 8...9)
      #expect(list.allSatisfy { $0.parameter.value.values.allSatisfy(\.isFinite) })
    }
  }

  /// NAdam that takes over Adam's moments knows the product of momenta it would have had.
  @Test func nadamStartsLateAsIfItHadAlwaysBeen() throws {
    let list = try parameters()
    let whole = try makeOptimizer("nadam")
    try advance(whole, list, 1...20)
    let late = try makeOptimizer("nadam")
    let adam = try makeOptimizer("adam")
    try advance(adam, try parameters(), 1...20)
    late.takeOver(from: adam)
    let key = "mu_product.fc.bias"
    let (a, b) = (whole.state.tensors[key]?.scalar ?? 0, late.state.tensors[key]?.scalar ?? 1)
    #expect(abs(a - b) < 1e-6 * abs(a) + 1e-12)
  }
}
