import Catalog
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing

/// What every optimizer of the registry must do.
@Suite struct CatalogueTests {
  static let names = optimizerRegistry.declarations.map(\.name)

  /// Each optimizer plainly, and with every setting that adds a branch.
  static var variants: [(name: String, arguments: [String: Value])] {
    names.map { ($0, [:]) } + [
      ("sgd", ["momentum": .number(0.9)]),
      ("sgd", ["momentum": .number(0.9), "nesterov": .bool(true)]),
      ("sgd", ["momentum": .number(0.5), "dampening": .number(0.5)]),
      ("sgd", ["momentum": .number(0.9), "weight_decay": .number(1e-4)]),
      ("adam", ["weight_decay": .number(1e-4)]),
      ("adamw", ["weight_decay": .number(0.1), "decay": .string("weights")]),
      ("adamw", ["gc": .string("all")]),
      ("radam", ["variant": .string("authors"), "weight_decay": .number(1e-3)]),
      ("radam", ["variant": .string("paper")]),
      ("radam", ["threshold": .number(4), "degenerated_to_sgd": .bool(false)]),
      ("rmsprop", ["momentum": .number(0.9)]),
      ("rmsprop", ["centered": .bool(true)]),
      ("rmsprop_tf", ["centered": .bool(true), "momentum": .number(0)]),
      ("lamb", ["weight_decay": .number(0), "max_grad_norm": .number(0)]),
      ("lookahead", ["momentum": .number(0.9), "k": .number(5), "alpha": .number(0.8)]),
      ("ranger", ["gc": .string("none"), "weight_decay": .number(0.01)]),
    ]
  }

  private func make(_ index: Int, lr: Double) throws -> Optimizer {
    var (name, arguments) = Self.variants[index]
    arguments["lr"] = .number(lr)
    return try makeOptimizer(name, arguments)
  }

  @Test(arguments: variants.indices)
  func aParabolaIsClimbedDown(_ index: Int) throws {
    let target = try Formula.tensor("target", [40], scale: 2)
    let x = Parameter([40])
    let optimizer = try make(index, lr: 0.05)
    func distance() throws -> Double {
      let difference = try x.value - target
      return try difference.dot(difference).squareRoot()
    }
    let before = try distance()
    for _ in 0..<400 {
      optimizer.step([("x", x)], [try (x.value - target) * Float(2)])
    }
    // Weight decay shifts the minimum by a few percent of the distance.
    #expect(try distance() < 0.06 * before, "\(optimizer.line)")
    #expect(optimizer.stepCount == 400)
  }

  @Test(arguments: variants.indices)
  func rosenbrocksValleyIsFollowed(_ index: Int) throws {
    let (a, b) = (Parameter([1]), Parameter([1]))
    a.value = Tensor(repeating: -1.2, [1])
    b.value = Tensor(repeating: 1, [1])
    func value() -> Double {
      let (x, y) = (Double(a.value.scalar), Double(b.value.scalar))
      return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)
    }
    let name = Self.variants[index].name
    let optimizer = try make(index, lr: ["sgd": 2e-4, "lookahead": 4e-4][name] ?? 0.02)
    // Steps before rectification are as long as the gradient, which is 230 at the start.
    let longest: Float = ["radam", "ranger"].contains(name) ? 1 : .infinity
    let start = value()
    for _ in 0..<6000 {
      let (x, y) = (a.value.scalar, b.value.scalar)
      let slope = [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]
      let length = (slope[0] * slope[0] + slope[1] * slope[1]).squareRoot()
      optimizer.step(
        [("a", a), ("b", b)],
        slope.map { Tensor(repeating: $0 * min(1, longest / length), [1]) })
    }
    #expect(start > 24 && value() < 1.5, "\(optimizer.line): \(value())")
  }

  /// A trajectory whose state is taken in the middle goes on, elsewhere, to the very same bits.
  @Test(arguments: variants.indices)
  func stateContinuesToTheBit(_ index: Int) throws {
    func fresh() throws -> [(key: String, parameter: Parameter)] {
      try [("fc.weight", [7, 5]), ("fc.bias", [5])].map { key, shape in
        let parameter = Parameter(shape)
        parameter.value = try Formula.tensor(key, shape)
        return (key, parameter)
      }
    }
    func advance(
      _ optimizer: Optimizer, _ parameters: [(key: String, parameter: Parameter)],
      _ steps: Range<Int>
    ) throws {
      for step in steps {
        let noise = try parameters.map { key, parameter in
          try Formula.tensor("\(key) \(step)", parameter.shape) + parameter.value
        }
        optimizer.step(parameters, noise)
      }
    }
    let whole = try make(index, lr: 0.03)
    let expected = try fresh()
    try advance(whole, expected, 0..<7)
    let saved = whole.state
    let between = expected.map(\.parameter.value)
    try advance(whole, expected, 7..<15)

    let resumed = try make(index, lr: 0.5)
    resumed.state = saved
    let parameters = try fresh()
    for ((_, parameter), value) in zip(parameters, between) { parameter.value = value }
    #expect(resumed.stepCount == 7)
    #expect(resumed.line == whole.line)
    try advance(resumed, parameters, 7..<15)
    #expect(bits(parameters.map(\.parameter.value)) == bits(expected.map(\.parameter.value)))
    let (a, b) = (resumed.state.tensors, whole.state.tensors)
    #expect(a.keys.sorted() == b.keys.sorted())
    for key in a.keys {
      #expect(a[key].map { bits([$0]) } == b[key].map { bits([$0]) }, "\(key)")
    }

    // The state that was taken did not move with the steps after it.
    resumed.state = saved
    for ((_, parameter), value) in zip(parameters, between) { parameter.value = value }
    try advance(resumed, parameters, 7..<15)
    #expect(bits(parameters.map(\.parameter.value)) == bits(expected.map(\.parameter.value)))
  }

  @Test(arguments: names)
  func settingsAreReadAndChanged(_ name: String) throws {
    let optimizer = try makeOptimizer(name)
    for setting in optimizer.rule.settings.map(\.name) {
      let good = ["threshold": "4.5", "k": "3"][setting] ?? "0.125"
      let before = try #require(optimizer.member(setting), "\(name).\(setting)")
      switch before {
      case .number:
        let number = try #require(Double(good))
        #expect(try optimizer.setMember(setting, to: .number(number)), "\(name).\(setting)")
        #expect(optimizer.member(setting)?.line() == good, "\(name).\(setting)")
        for wrong in [
          Value.string("x"), .number(-1), .number(.nan), .number(.infinity), .number(1e300), .none,
        ] {
          let failure = #expect(throws: Failure.self, "\(name).\(setting)") {
            try optimizer.setMember(setting, to: wrong)
          }
          #expect(failure?.message.contains("'\(setting)'") == true)
        }
        #expect(optimizer.member(setting)?.line() == good, "\(name).\(setting)")
      case .bool(let flag):
        #expect(try optimizer.setMember(setting, to: .bool(!flag)))
        #expect(throws: Failure.self) { try optimizer.setMember(setting, to: .number(1)) }
      default: Issue.record("\(name).\(setting) is \(before.kind)")
      }
    }
    #expect(try !optimizer.setMember("steps", to: .number(3)))
    #expect(try !optimizer.setMember("nonsense", to: .number(3)))
    #expect(optimizer.member("nonsense") == nil)
    #expect(optimizer.member("steps")?.line() == "0")
  }

  /// Decay rates of one and more never forget; they are refused where the declaration refuses them.
  @Test(arguments: [("sgd", "momentum"), ("adam", "beta1"), ("adam", "beta2"), ("adamw", "beta1")])
  func settingsThatTheCallRefusesAreRefusedLater(_ name: String, _ setting: String) throws {
    let optimizer = try makeOptimizer(name)
    for wrong in [1.0, 1.5] {
      #expect(throws: Failure.self) { try makeOptimizer(name, [setting: .number(wrong)]) }
      #expect(throws: Failure.self) { try optimizer.setMember(setting, to: .number(wrong)) }
    }
  }

  @Test(arguments: names)
  func lineIsTheCallThatMakesIt(_ name: String) throws {
    let optimizer = try makeOptimizer(name, ["lr": .number(0.3), "decay": .string("weights")])
    #expect(
      optimizer.line.hasPrefix(name == "lookahead" ? "lookahead(sgd(lr=0.3" : "\(name)(lr=0.3"))
    #expect(optimizer.line.contains("decay=\"weights\")"))
    #expect(!optimizer.line.contains("gc="))
    let other = name == "ranger" ? "none" : "all"
    let centralized = try makeOptimizer(name, ["gc": .string(other)])
    #expect(centralized.line.contains("gc=\"\(other)\""))
    #expect(optimizer.script == optimizer.line)
    #expect(optimizer.isEqual(to: optimizer.fresh()))
    #expect(!optimizer.isEqual(to: try makeOptimizer(name)))
  }

  @Test func biasesDoNotDecayWhereOnlyWeightsDo() throws {
    for (scope, moves) in [("all", true), ("weights", false)] {
      for name in Self.names {
        let optimizer = try makeOptimizer(
          name, ["lr": .number(0.1), "weight_decay": .number(0.5), "decay": .string(scope)])
        let (weight, bias) = (Parameter([3, 2], layout: .dense), Parameter([2]))
        weight.value = Tensor(repeating: 1, [3, 2])
        bias.value = Tensor(repeating: 1, [2])
        optimizer.step(
          [("w", weight), ("b", bias)], [Tensor(zeros: [3, 2]), Tensor(zeros: [2])])
        #expect(weight.value.values.allSatisfy { $0 < 1 }, "\(name) \(scope)")
        #expect(bias.value.values.allSatisfy { ($0 < 1) == moves }, "\(name) \(scope)")
      }
    }
  }

  @Test func usualIsTheOneOfTheDocumentation() {
    #expect(Optimizer.usual.line.hasPrefix("adamw(lr=0.002"))
    #expect(Optimizer.usual.line.contains("weight_decay=0.02"))
  }

  @Test func momentumIsMovedOnlyWhereThereIsOne() throws {
    let plain = try makeOptimizer("sgd")
    #expect(plain.momentum == nil)
    plain.momentum = 0.9
    #expect(plain.momentum == nil)
    let heavy = try makeOptimizer("sgd", ["momentum": .number(0.9)])
    heavy.momentum = 0.85
    #expect(heavy.momentum == 0.85)
    let adam = try makeOptimizer("adamw")
    adam.momentum = 0.95
    #expect(adam.member("beta1")?.line() == "0.95")
  }
}
