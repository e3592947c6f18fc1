import Catalog
import Foundation
public import Tensors

/// Cross entropy of the student's prediction with the labels, mean over the batch:
/// −Σ_k t_k log softmax(z)_k, t smoothed to (1 − s)·t + s/K.
///
/// With logits N H W K and labels N H W it is the mean over the pixels whose label is not 255.
public struct CrossEntropy: Loss {
  public var smoothing: Float
  /// A factor for each class's samples or pixels, the mean taken by it; empty: all alike.
  public var classWeights: [Float]
  /// Keeps hard samples or pixels only; nil: all.
  public var mining: HardMining?
  /// Logits other than the student's result: an auxiliary classifier's.
  public var place: FeatureSelection

  public init(
    smoothing: Float = 0, classWeights: [Float] = [], mining: HardMining? = nil,
    on place: FeatureSelection = .automatic
  ) {
    self.smoothing = smoothing
    self.classWeights = classWeights
    self.mining = mining
    self.place = place
  }

  /// Labels of pixels that do not count.
  public static let ignored: Int32 = 255

  public var name: String {
    guard let path = place.pairs.first?.student else { return "ce" }
    return "ce_" + path.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
  }

  public var sites: FeatureSites {
    place.sites
  }

  public func script(_ models: ModelNames) -> String {
    var parts: [String] = []
    if smoothing != 0 { parts.append("smoothing=\(smoothing.literal)") }
    if !classWeights.isEmpty { parts.append("class_weights=\(classWeights.literal)") }
    if let mining { parts.append(mining.script) }
    if place != .automatic { parts.append("on=\(place.literal)") }
    return "ce(\(parts.joined(separator: ", ")))"
  }

  public var needsTeacher: Bool { false }

  public func value(_ input: LossInput) throws -> Tensor {
    let logits = try place == .automatic ? input.logits : features(input)
    switch input.targets {
    case .hard(let labels): return try value(logits, labels)
    case .soft(let targets):
      guard logits.shape == targets.shape, classWeights.isEmpty, mining == nil else {
        throw ShapeError(
          "'\(name)' has one row of logits a target and no weights or mining where labels are "
            + "mixed: logits \(shapeText(logits.shape)), targets \(shapeText(targets.shape))")
      }
      let classes = Float(targets.shape.last ?? 1)
      let smooth =
        smoothing > 0 ? try targets * (1 - smoothing) + smoothing / classes : targets
      let samples = Float(max(1, logits.shape.first ?? 1))
      return try (logits.logSoftmax() * smooth).sum() * (-1 / samples)
    }
  }

  private func features(_ input: LossInput) throws -> Tensor {
    guard let feature = input.features.first else {
      throw Failure(.state, "'\(script)' has not been given what \(place.literal) computes")
    }
    return feature.student
  }

  private func value(_ logits: Tensor, _ labels: Labels) throws -> Tensor {
    guard labels.shape.count == 3 else {
      guard logits.rank != 4 else {
        throw ShapeError(
          "'\(name)' needs a mask N H W for logits \(shapeText(logits.shape)), not labels "
            + shapeText(labels.shape))
      }
      return try mean(logits, labels, ignoring: nil)
    }
    var logits = logits
    let (height, width) = (labels.shape[1], labels.shape[2])
    // Maps of lower resolution grow as in the published criterion.
    if logits.rank == 4, [logits.shape[1], logits.shape[2]] != [height, width] {
      logits = try logits.resized(height: height, width: width, alignCorners: true)
    }
    return try mean(logits, labels, ignoring: CrossEntropy.ignored)
  }

  private func mean(_ logits: Tensor, _ labels: Labels, ignoring: Int32?) throws -> Tensor {
    let rows = try crossEntropyByRow(
      logits, labels, smoothing: smoothing, ignoring: ignoring)
    guard let weights = try weights(rows, labels, logits.shape.last ?? 0, ignoring) else {
      let counted =
        ignoring.map { ignored in labels.values.count { $0 != ignored } } ?? labels.count
      return try rows.sum() * (1 / Float(max(1, counted)))
    }
    let total = weights.reduce(0) { $0 + Double($1) }
    guard total > 0 else { return try rows.sum() * Float(0) }
    return try (rows * Tensor(weights, rows.shape)).sum() * Float(1 / total)
  }

  /// What each row counts; nil where all that are not ignored count alike.
  private func weights(
    _ rows: Tensor, _ labels: Labels, _ classes: Int, _ ignored: Int32?
  ) throws -> [Float]? {
    guard classWeights.isEmpty || classWeights.count == classes else {
      throw ShapeError(
        "'\(name)' has \(classWeights.count) class weights for logits of \(classes) classes")
    }
    if classWeights.isEmpty, mining == nil { return nil }
    var weights = labels.values.map { label -> Float in
      if label == ignored { return 0 }
      return classWeights.isEmpty ? 1 : classWeights[Int(label)]
    }
    guard let mining else { return weights }
    let losses = rows.values
    let least = mining.least(zip(labels.values, losses).filter { $0.0 != ignored }.map(\.1))
    for index in weights.indices where losses[index] < least { weights[index] = 0 }
    return weights
  }

  static let declaration = Declaration(
    "ce", "Cross entropy with the labels.",
    details: """
      −Σ_k t_k log softmax(z)_k, mean over the batch, with targets t smoothed to \
      (1 − s)·t + s/K (Szegedy et al. 2016, https://arxiv.org/abs/1512.00567). With logits N H W K \
      and masks N H W it is the mean over the pixels whose label is not 255, 0 where there is none. \
      `class_weights` multiplies each by its class's number and takes the mean by them. `ohem` keeps \
      the samples or pixels whose label has at most that probability (0.7 as published), and at \
      least the `min_kept` hardest (Shrivastava et al. 2016, https://arxiv.org/abs/1604.03540). \
      `on="aux"` is the cross entropy of that module's logits, brought to the mask's size.
      """,
    smoothingArgument, weightsArgument, miningArgument, keptArgument, placeArgument,
    examples: ["goal = ce()", "goal = ce(smoothing=0.1)", "goal = ce() + 0.4*ce(on=\"aux\")"],
    keywords: ["label smoothing", "classification", "segmentation", "likelihood", "auxiliary"]
  ) { smoothing, weights, ohem, kept, place in
    let mining = ohem.map { HardMining(threshold: $0, least: kept) }
    return Goal(
      CrossEntropy(smoothing: smoothing, classWeights: weights, mining: mining, on: place))
  }

  private static let smoothingArgument = Argument<Float>(
    "smoothing", "Share s of the target spread over all classes.", default: 0
  ) { $0 >= 0 && $0 < 1 ? nil : "must be in 0 ..< 1" }
  private static let weightsArgument = Argument<[Float]>(
    "class_weights", "A factor for each class.", default: [], check: areWeights)
  private static let miningArgument = Argument<Float?>(
    "ohem", "Largest probability of a label that is still hard; none: all count.", default: nil,
    check: isShare)
  private static let keptArgument = Argument<Int>(
    "min_kept", "How many of the hardest count in any case, with `ohem`.", default: 100_000
  ) { $0 < 1 ? "must be at least 1" : nil }
  private static let placeArgument = Argument<FeatureSelection>(
    "on", "A module whose output are logits: \"aux\"; none: the network's.",
    default: .automatic
  ) { $0.pairs.count > 1 ? "is one module" : nil }
}

@Sendable private func isShare(_ threshold: Float?) -> String? {
  guard let threshold else { return nil }
  return threshold > 0 && threshold <= 1 ? nil : "must be in 0 … 1, above 0"
}

@Sendable private func areWeights(_ weights: [Float]) -> String? {
  guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else { return "must not be negative" }
  return weights.isEmpty || weights.contains { $0 > 0 } ? nil : "must not be all zero"
}
