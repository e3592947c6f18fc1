import Catalog
import Layers
import Tensors
import TestSupport
import Testing

@testable import Losses

/// Losses on maps, against the values of their formulas in PyTorch.
@Suite struct DenseTests {
  struct Golden: Decodable {
    var records: [Record]
    var critic: CriticRecord
  }

  struct Record: Decodable {
    var loss: String
    var arguments: [String: Setting]
    var value: Double
    var gradient: Fingerprint
  }

  enum Setting: Decodable {
    case number(Double)
    case flag(Bool)
    case list([Double])

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if let flag = try? single.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? single.decode(Double.self) {
        self = .number(number)
      } else {
        self = .list(try single.decode([Double].self))
      }
    }

    var value: Value {
      switch self {
      case .number(let number): .number(number)
      case .flag(let flag): .bool(flag)
      case .list(let list): .list(list.map { .number($0) })
      }
    }
  }

  struct CriticRecord: Decodable {
    var adversarial: Double
    var adversarialGradient: Fingerprint
    var penalty: Double
    var loss: Double
    var gradients: [String: Fingerprint]
  }

  /// (n + h / 4 + w / 5) mod 5, and 255 where h·w is a multiple of 7.
  private static func mask(_ side: Int) throws -> Labels {
    var values: [Int32] = []
    for n in 0..<2 {
      for h in 0..<side {
        for w in 0..<side {
          values.append(h * w % 7 == 0 ? 255 : Int32((n + h / 4 + w / 5) % 5))
        }
      }
    }
    return try Labels(values, [2, side, side])
  }

  private static func map(_ role: String) throws -> Tensor {
    try Formula.images("\(role).map", [2, 5, 17, 17], scale: 3)
  }

  private static func check(_ gradient: Tensor, _ expected: Fingerprint, _ name: String) throws {
    let print = try Fingerprint(try gradient.transposed([0, 3, 1, 2]), on: "grad")
    #expect(
      disagreement(
        print.numbers, expected.numbers, relative: 0, absolute: 1e-5 * expected.norm) == nil,
      "\(name)")
  }

  @Test func valuesAndGradientsAreThoseOfTheFormulas() throws {
    let records = try golden("dense_losses.json", as: Golden.self).records
    #expect(records.count == 11)
    for record in records {
      var values = record.arguments.mapValues(\.value)
      let isLarge = values.removeValue(forKey: "large") != nil
      let loss = try make(record.loss, values: values).terms[0].loss
      let isFeature = loss.sites != .none
      let student = try
        (isFeature ? Formula.images("student.psp", [2, 16, 17, 17]) : Self.map("student"))
        .variable()
      var input = LossInput(
        logits: isFeature ? Tensor(zeros: [2, 34, 34, 5]) : student,
        targets: .hard(try Self.mask(isFeature || isLarge ? 34 : 17)),
        teacherLogits: isFeature ? nil : try Self.map("teacher"))
      if isFeature {
        let teacher = try Formula.images("teacher.psp", [2, 24, 17, 17])
        input.features = [FeaturePair(student: student, teacher: teacher)]
      }
      let total = try loss.value(input)
      let name = "\(record.loss) \(record.arguments)"
      #expect(
        disagreement(Double(total.scalar), record.value, relative: 1e-5) == nil, "\(name)")
      try Self.check(
        try gradients(of: total, withRespectTo: [student])[0], record.gradient, name)
    }
  }

  /// Cross entropy of a module's logits is the loss of those logits.
  @Test func auxiliaryLogitsAreLookedAt() throws {
    let goal = try make("ce", values: ["on": .string("aux")])
    #expect(goal.terms[0].name == "ce_aux" && goal.script == "ce(on=\"aux\")")
    var input = LossInput(
      logits: Tensor(zeros: [2, 17, 17, 5]), targets: .hard(try Self.mask(17)))
    input.features = [FeaturePair(student: try Self.map("student"))]
    let own = try make("ce").evaluate(
      LossInput(logits: try Self.map("student"), targets: .hard(try Self.mask(17))))
    #expect(try bits([goal.evaluate(input).total]) == bits([own.total]))
  }

  @Test func masksWithoutClassesAreNothing() throws {
    let nowhere = try Labels([Int32](repeating: 255, count: 2 * 17 * 17), [2, 17, 17])
    for values in [[:], ["ohem": Value.number(0.7)]] {
      let student = try Self.map("student").variable()
      let loss = try make("ce", values: values)
      let total = try loss.evaluate(LossInput(logits: student, targets: .hard(nowhere))).total
      #expect(total.scalar == 0)
      let gradient = try gradients(of: total, withRespectTo: [student])[0]
      #expect(gradient.values.allSatisfy { $0 == 0 })
    }
  }

  @Test func wrongArgumentsAndShapesAreRefused() throws {
    let wrong: [(String, [String: Value])] = [
      ("ce", ["class_weights": .list([.number(-1)])]), ("ce", ["ohem": .number(0)]),
      ("ce", ["class_weights": .list([.number(0), .number(0)])]), ("ce", ["min_kept": .number(0)]),
      ("ce", ["on": .list([.string("a"), .string("b")])]), ("pixelwise", ["T": .number(0)]),
      ("pixelwise", ["T": .number(2), "reference": .bool(true)]),
      ("pairwise", ["scale": .number(0)]), ("pairwise", ["scale": .number(1.5)]),
      ("holistic", ["kind": .string("gan")]), ("holistic", ["width": .number(0)]),
      ("holistic", ["steps": .number(0)]), ("holistic", ["penalty": .number(-1)]),
    ]
    for (name, values) in wrong {
      #expect(throws: Failure.self, "\(name) \(values)") { try make(name, values: values) }
    }
    let mask = try Self.mask(17)
    for values in [["class_weights": Value.list([.number(1), .number(2)])], [:]] {
      let logits = Tensor(zeros: values.isEmpty ? [2, 16, 17, 0] : [2, 17, 17, 5])
      #expect(throws: ShapeError.self) {
        try make("ce", values: values).evaluate(LossInput(logits: logits, targets: .hard(mask)))
      }
    }
    let flat = LossInput(
      logits: Tensor(zeros: [2, 17, 17, 5]), targets: .hard(Labels([0, 1])))
    #expect(throws: ShapeError.self) { try make("ce").evaluate(flat) }
  }

  // MARK: The critic

  /// The critic of the golden values, its singular vectors as five forward passes leave them.
  private static func critic() throws -> Critic {
    let critic = try Critic(classes: 5, channels: 3, map: (17, 17), width: 4)
    critic.name()
    for (key, entry) in critic.state {
      switch entry {
      case .parameter(let parameter):
        let shape = parameter.layout.checkpointShape(parameter.shape)
        parameter.value = try parameter.layout.tensor(
          fromCheckpoint: Formula.weight(key, shape), shape)
      case .buffer(let buffer) where key.hasSuffix("weight_u"):
        buffer.value = try Formula.tensor(key, buffer.value.shape)
      default: break
      }
    }
    for _ in 0..<5 {
      _ = try critic(
        try map("student"), image: try image(), Context(isTraining: true))
    }
    return critic
  }

  private static func image() throws -> Tensor {
    try Formula.images("image", [2, 3, 17, 17], scale: 2)
  }

  @Test func criticIsThatOfPyTorch() throws {
    let expected = try golden("dense_losses.json", as: Golden.self).critic
    let critic = try Self.critic()
    let student = try Self.map("student").variable()
    var input = LossInput(
      logits: student, targets: .hard(try Self.mask(17)), teacherLogits: try Self.map("teacher"))
    input.images = try Self.image()
    input.companion = critic
    let adversarial = try Holistic().value(input)
    #expect(
      disagreement(
        Double(adversarial.scalar), expected.adversarial, relative: 1e-4, absolute: 1e-6) == nil)
    let gradient = try gradients(of: adversarial, withRespectTo: [student])[0]
    let print = try Fingerprint(try gradient.transposed([0, 3, 1, 2]), on: "grad")
    #expect(
      disagreement(
        print.numbers, expected.adversarialGradient.numbers, relative: 0,
        absolute: 1e-4 * expected.adversarialGradient.norm) == nil)

    let context = Context(isTraining: true, isRecording: true, updatesState: false)
    let (own, other) = (try Self.map("student"), try Self.map("teacher"))
    let share = try Tensor([0.25, 0.75], [2, 1, 1, 1])
    let image = try Self.image()
    let (penalty, _) = try gradientPenalty(at: try other * share + own * (1 - share)) {
      try critic($0, image: image, context)
    }
    #expect(disagreement(Double(penalty.scalar), expected.penalty, relative: 1e-4) == nil)
    let gap =
      try critic(own, image: image, context).mean() - critic(other, image: image, context).mean()
    let loss = try gap + penalty * 10
    #expect(disagreement(Double(loss.scalar), expected.loss, relative: 1e-4) == nil)
    let parameters = critic.parameters
    let found = try gradients(of: loss, withRespectTo: parameters.map(\.parameter.tracked))
    #expect(Set(parameters.map(\.key)) == Set(expected.gradients.keys))
    let largest = expected.gradients.values.map(\.norm).max() ?? 0
    for ((key, parameter), gradient) in zip(parameters, found) {
      let print = try Fingerprint(gradient, on: "grad:" + key, layout: parameter.layout)
      let numbers = try #require(expected.gradients[key])
      #expect(
        disagreement(
          print.numbers, numbers.numbers, relative: 0,
          absolute: 1e-3 * numbers.norm + 1e-5 * largest) == nil, "\(key)")
    }
  }

  /// The golden penalty of a critic of two convolutions, by both weights.
  @Test func penaltyHasSecondDerivatives() throws {
    let records = try golden("losses.json", as: GoldenTests.Golden.self).records.filter {
      $0.loss == "gradient_penalty"
    }
    #expect(records.count == 2)
    let shapes = [[8, 5, 4, 4], [1, 8, 4, 4]]
    let weights = try shapes.enumerated().map { index, shape in
      let scale = Float(2 * (3 / Double(shape.dropFirst().reduce(1, *))).squareRoot())
      return try Layout.convolution.tensor(
        fromCheckpoint: Formula.numbers(
          "critic.\(index).weight", count: shape.reduce(1, *), seed: 0, scale: scale), shape
      ).variable()
    }
    let share = try Tensor([0.25, 0.75], [2, 1, 1, 1])
    let mixed = try Self.map("teacher") * share + Self.map("student") * (1 - share)
    let window = ConvolutionWindow(stride: 2, padding: 1)
    let (penalty, norm) = try gradientPenalty(at: mixed) { x in
      try convolution(convolution(x, weights[0], window).leakyRelu(slope: 0.1), weights[1], window)
    }
    #expect(norm > 0)
    let found = try gradients(of: penalty * 10, withRespectTo: weights)
    for (gradient, record) in zip(found, records) {
      #expect(disagreement(Double(penalty.scalar) * 10, record.value, relative: 1e-5) == nil)
      let print = try Fingerprint(gradient, on: "grad", layout: .convolution)
      #expect(
        disagreement(
          print.numbers, record.gradient.numbers, relative: 0,
          absolute: 1e-5 * record.gradient.norm) == nil)
    }
  }

  /// The gradient of a penalty by all weights is its slope, through the critic's smooth parts: batch
  /// norm, spectral norm, self-attention. Differences across the kinks of a leaky ReLU would see the
  /// jumps of the slope; its second derivative is in the golden values.
  @Test func penaltyOfTheCriticsPartsIsDifferentiated() throws {
    let parts = Sequential(
      BatchNorm2d(5), SpectralNormConv2d(5, 8, kernel: 4, stride: 2, padding: 1),
      Activate(.tanh), SelfAttention2d(8), Conv2d(8, 1, kernel: 4))
    parts.name()
    for (key, parameter) in parts.parameters {
      let shape = parameter.layout.checkpointShape(parameter.shape)
      parameter.value = try parameter.layout.tensor(
        fromCheckpoint: Formula.weight(key, shape), shape)
    }
    _ = try parts(try Self.map("student"), Context(isTraining: true))
    let context = Context(isTraining: true, isRecording: true, updatesState: false)
    let point = try Self.map("student")
    func penalty() throws -> Tensor {
      try gradientPenalty(at: point) { try parts($0, context) }.penalty
    }
    let parameters = parts.parameters.map(\.parameter)
    let start = parameters.map(\.value)
    let found = try gradients(of: penalty(), withRespectTo: parameters.map(\.tracked))
    for (index, gradient) in found.enumerated() {
      let length = try gradient.dot(gradient).squareRoot()
      guard length > 0 else { continue }
      let size = Float(0.05 / length)
      func at(_ distance: Float) throws -> Double {
        parameters[index].value = try start[index] + gradient * (size * distance)
        defer { parameters[index].value = start[index] }
        return Double(try penalty().scalar)
      }
      let quotient = try (8 * (at(0.5) - at(-0.5)) - (at(1) - at(-1))) / 6
      #expect(
        disagreement(quotient, length * 0.05, relative: 5e-3, absolute: 2e-6) == nil,
        "\(parts.parameters[index].key)")
    }
  }

  @Test func criticFitsMapsOfAnySize() throws {
    for (height, width, layers) in [(2, 2, 1), (4, 7, 2), (8, 8, 3), (16, 40, 4), (65, 65, 4)] {
      let critic = try Critic(classes: 3, channels: 1, map: (height, width), width: 2)
      critic.initialize(seed: 1)
      #expect(critic.layers.count == layers)
      let score = try critic(
        Tensor(zeros: [2, height, width, 3]), image: Tensor(zeros: [2, height, width, 1]),
        .evaluation)
      #expect(score.shape == [2] && score.values.allSatisfy { $0.isFinite })
    }
    #expect(throws: ShapeError.self) {
      try Critic(classes: 3, channels: 1, map: (1, 9), width: 2)
    }
  }

  @Test func figuresTellTheCriticsHealth() throws {
    let critic = try Self.critic()
    var input = LossInput(
      logits: try Self.map("student"), targets: .hard(try Self.mask(17)),
      teacherLogits: try Self.map("teacher"))
    input.images = try Self.image()
    input.companion = critic
    input.context = Context(isTraining: true, isRecording: true, seed: 4, step: 9)
    let before = critic.state.count
    let outcome = try Holistic().companionLoss(input, round: 0)
    #expect(outcome.figures.map(\.name) == ["gap", "penalty", "slope"])
    let figures = outcome.figures.map(\.value)
    #expect(
      disagreement(Double(outcome.loss.scalar), 10 * figures[1] - figures[0], relative: 1e-4)
        == nil)
    #expect(critic.state.count == before && figures[2] > 0)
    let hinge = try Holistic(kind: .hinge).companionLoss(input, round: 0)
    #expect(hinge.figures.map(\.name) == ["gap"])
    #expect(throws: Failure.self) {
      input.companion = nil
      return try Holistic().value(input)
    }
  }

  /// The convolution of a spectral norm has largest singular value 1.
  @Test func spectralNormIsOne() throws {
    let layer = SpectralNormConv2d(3, 4, kernel: 2)
    layer.name()
    layer.initialize(seed: 2)
    for _ in 0..<60 {
      _ = try layer(Tensor(zeros: [1, 2, 2, 3]), Context(isTraining: true))
    }
    // The matrix is what the layer does to unit images of one window, without its bias.
    var images = Tensor(zeros: [13, 2, 2, 3])
    images.mutate { pixels in for index in 0..<12 { pixels[index * 12 + index] = 1 } }
    let answers = try layer(images, .evaluation).reshaped([13, 4])
    let matrix = try answers.slice(0..<12) - answers.slice(12..<13)
    var vector = Tensor(repeating: 0.5, [4, 1])
    var length = 0.0
    for _ in 0..<200 {
      let image = try matmul(matrix, vector)
      length = try image.dot(image).squareRoot() / vector.dot(vector).squareRoot()
      vector = try matmul(matrix, image, transposeA: true)
    }
    #expect(disagreement(length, 1, relative: 1e-4) == nil)
  }
}
