import Catalog
public import Layers
public import Optimizers
public import Tensors

/// Factor transfer (Kim et al. 2018): the teacher's features paraphrased into few channels, the
/// student's translated into them.
///
/// mean |F_S/‖F_S‖₂ − F_T/‖F_T‖₂| over all numbers, summed over the pairs; the lengths are a
/// sample's. The paraphraser is the loss's companion: an autoencoder of the teacher's features,
/// trained beside the student by its mean squared error of reconstruction. The translator is trained
/// with the student.
public struct FactorTransfer: CompanionLoss {
  /// Channels of the factors for each of the teacher's.
  public var rate: Float
  /// The paraphraser's.
  public var companionOptimizer: Optimizer
  public var companionSteps: Int
  /// Epochs in which only the paraphraser learns.
  public var warmup: Double
  public var on: FeatureSelection

  public var name: String { "ft" }
  public func script(_ models: ModelNames) -> String {
    let optimizer = companionOptimizer.script
    return call(
      name,
      [
        rate == 0.5 ? "" : "k=\(rate.literal)",
        optimizer == Optimizer.usual.script ? "" : "optimizer=\(optimizer)",
        companionSteps == 1 ? "" : "steps=\(companionSteps)",
        warmup == 0 ? "" : "warmup=\(warmup.literal)", on.argument,
      ])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(on, otherwise: .lastMap) }

  private func factors(_ fit: FeatureFit) -> Int {
    max(1, Int((rate * Float(fit.teacher[3])).rounded()))
  }

  public func parts(for shapes: LossShapes) throws -> Module? {
    Translators(
      try shapes.features.map { shapes in
        let fit = try FeatureFit(shapes)
        return Translator(fit, factors: factors(fit))
      })
  }

  public func companion(for shapes: LossShapes) throws -> Module {
    Paraphrasers(
      try shapes.features.map { shapes in
        let fit = try FeatureFit(shapes)
        return Paraphraser(fit.teacher[3], factors: factors(fit))
      })
  }

  public var companionSchedule: Schedule { .usual }

  public func companionLoss(_ input: LossInput, round: Int) throws -> CompanionOutcome {
    let network = try paraphrasers(input)
    let errors = try zip(network.paraphrasers, try input.features(for: name)).map { part, pair in
      let teacher = try featureMap(pair.teacher)
      return try (part(teacher, input.context) - teacher).square().mean()
    }
    let error = try total(errors)
    return CompanionOutcome(loss: error, figures: [("reconstruction", Double(error.scalar))])
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let features = try input.features(for: name)
    let network = try paraphrasers(input)
    let translators = try input.parts(Translators.self, for: name).translators
    let isWarm = input.moment.epoch >= warmup
    return try total(
      try features.indices.map { index in
        let (part, pair) = (translators[index], features[index])
        let student = try part(pair.student, input.context)
        let teacher = try network.paraphrasers[index].encoder(
          try featureMap(pair.teacher), .evaluation)
        guard student.shape == teacher.shape else {
          throw featuresDisagree(name, student, teacher)
        }
        let difference = try factor(student) - factor(teacher)
        return try difference.abs().mean() * (isWarm ? 1 : 0)
      })
  }

  private func factor(_ map: Tensor) throws -> Tensor {
    try map.sampleRows().unitRows()
  }

  private func paraphrasers(_ input: LossInput) throws -> Paraphrasers {
    guard let network = input.companion as? Paraphrasers else {
      throw Failure(.state, "'ft' has not been given its paraphraser")
    }
    return network
  }

  static let declaration = Declaration(
    "ft", "Factor transfer of Kim et al. (2018): paraphrased features of the teacher.",
    details: """
      mean |F_S/‖F_S‖₂ − F_T/‖F_T‖₂| over all numbers, a sample's factors of length 1, summed over \
      the pairs. F_T are the k·C channels that a paraphraser, a convolutional autoencoder, makes of \
      the teacher's C; F_S is what a translator makes of the student's, trained with it. The paper \
      trains the paraphraser first; here it is trained beside the student, `steps` steps for each \
      of the student's, by its mean squared error of reconstruction, and warmup= gives it \
      epochs of its own in which the term counts 0. Published weight 200 to 500. \
      Kim, Park, Kwak 2018, https://arxiv.org/abs/1802.04977.
      """,
    Argument("k", "Channels of the factors for each of the teacher's.", default: Float(0.5)) {
      $0 > 0 && $0 <= 16 ? nil : "must be above 0 and at most 16"
    },
    Argument("optimizer", "The paraphraser's optimizer.", default: Optimizer.usual),
    Argument("steps", "The paraphraser's steps for each of the student's.", default: 1) {
      (1...1000).contains($0) ? nil : "must be in 1..1000"
    },
    Argument("warmup", "Epochs in which only the paraphraser learns.", default: 0.0) {
      $0 >= 0 && $0.isFinite ? nil : "must be at least 0"
    },
    FeatureSelection.argument("the map of the last stage"),
    examples: ["goal = ce() + 200*ft()", "goal = ce() + 200*ft(k=0.75, warmup=2)"],
    keywords: ["factor transfer", "paraphraser", "translator", "autoencoder", "distillation"]
  ) {
    Goal(
      FactorTransfer(
        rate: $0, companionOptimizer: $1, companionSteps: $2, warmup: $3, on: $4))
  }
}

/// Three 3×3 convolutions, leaky ReLU of slope 0.1 behind each.
private func factorLayers(_ widths: [Int], norm: Bool) -> Sequential {
  Sequential(
    zip(widths, widths.dropFirst()).flatMap { inputs, outputs -> [Module] in
      let conv = Conv2d(inputs, outputs, kernel: 3, padding: 1, bias: !norm)
      return [conv] + (norm ? [BatchNorm2d(outputs)] : []) + [Activate(.leakyRelu(slope: 0.1))]
    })
}

/// An autoencoder of the teacher's map with few channels between.
private final class Paraphraser: Module {
  let encoder: Sequential
  let decoder: Sequential

  init(_ channels: Int, factors: Int) {
    encoder = factorLayers([channels, channels, factors, factors], norm: false)
    decoder = factorLayers([factors, factors, channels, channels], norm: false)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try decoder(try encoder(x, context), context)
  }
}

private final class Paraphrasers: Module {
  let paraphrasers: [Paraphraser]

  init(_ paraphrasers: [Paraphraser]) { self.paraphrasers = paraphrasers }
}

/// The student's map in the channels and size of the teacher's factors.
private final class Translator: Module {
  let encoder: Sequential
  let size: (height: Int, width: Int)

  init(_ fit: FeatureFit, factors: Int) {
    encoder = factorLayers([fit.student[3], fit.student[3], factors, factors], norm: true)
    size = (fit.teacher[1], fit.teacher[2])
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let map = try shrunk(try featureMap(x), height: size.height, width: size.width)
    return try encoder(map, context).resized(height: size.height, width: size.width)
  }
}

private final class Translators: Module {
  let translators: [Translator]

  init(_ translators: [Translator]) { self.translators = translators }
}
