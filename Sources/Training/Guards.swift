import Catalog
import Models
import Tensors

/// Something about a run that a person should look at.
public struct RunWarning: Sendable, Equatable {
  /// What it is about; said once a run: "share of kd".
  public var cause: String
  /// Steps done when it was noticed.
  public var step: Int
  public var text: String
  /// What to do about it.
  public var advice: String
}

/// Watches a run's steps for the commonest mistakes of distillation, by what a step has computed
/// anyway.
///
/// A term that is under 1 % or over 99 % of the total over ten steps, critics' scores left aside; a teacher that does worse than
/// the student; predictions that have become certain and wrong, or the same for every sample; a
/// gradient more than twenty times as long as usual. Each is said once.
public struct Guards: Sendable, Equatable {
  public private(set) var warnings: [RunWarning] = []
  /// |weight·value| of every term in the last steps.
  private var parts: [[Double]] = []
  private var names: [String] = []
  private var norms: [Double] = []

  /// Steps over which shares are meant.
  static let shareWindow = 10
  /// Norms that the median is taken of.
  static let normWindow = 50
  /// Predictions are looked at every so many steps, which keeps their cost under a thousandth.
  static let entropyInterval = 16

  /// Entropies of a batch's predictions as shares of ln K.
  struct Entropies: Sendable, Equatable {
    /// Of the single predictions, in the mean.
    var mean: Double
    /// Of the mean prediction: 0 where all samples are taken for one class.
    var ofMean: Double
  }

  mutating func look(at result: StepResult, classes: Int) {
    lookAtShares(result)
    lookAtNorm(result.norm, result)
    if let entropies = result.entropies { lookAtPredictions(entropies, result, classes) }
  }

  /// - Parameter evaluation: Of the student beside its teacher.
  mutating func look(at evaluation: Evaluation, step: Int) {
    if !evaluation.loss.isFinite {
      warn(
        "held-out loss", step,
        "the held-out loss is \(numberText(evaluation.loss)): running statistics or weights have run "
          + "away", "rewind, then lower lr or bound the gradients by run.clip")
    }
    guard let fidelity = evaluation.fidelity, fidelity.teacherAccuracy < evaluation.accuracy else {
      return
    }
    warn(
      "weak teacher", step,
      "the teacher is worse than the student: \(percent(fidelity.teacherAccuracy)) against "
        + percent(evaluation.accuracy),
      "audit the teacher and its normalisation, or lower the weight of its terms")
  }

  /// Forgets what came after a step.
  mutating func cut(after step: Int) {
    warnings.removeAll { $0.step > step }
    (parts, norms) = ([], [])
  }

  private mutating func warn(_ cause: String, _ step: Int, _ text: String, _ advice: String) {
    guard !warnings.contains(where: { $0.cause == cause }) else { return }
    warnings.append(RunWarning(cause: cause, step: step, text: text, advice: advice))
  }

  private mutating func lookAtShares(_ result: StepResult) {
    guard result.terms.count > 1 else { return }
    if names != result.terms.map(\.name) { (names, parts) = (result.terms.map(\.name), []) }
    parts.append(result.terms.map { abs($0.weight * $0.value) })
    if parts.count > Guards.shareWindow { parts.removeFirst() }
    guard parts.count == Guards.shareWindow else { return }
    let sums = names.indices.map { index in parts.reduce(0) { $0 + $1[index] } }
    let total = sums.reduce(0, +)
    guard total > 0 else { return }
    let shares = sums.map { $0 / total }
    let largest = zip(result.terms, shares).max { $0.1 < $1.1 }
    for (term, share) in zip(result.terms, shares)
    where share < 0.01 && term.weight != 0 && term.isMeasured {
      // Over 99 % of one term is under 1 % of every other.
      let other = largest.map { $0.1 > 0.99 ? ", '\($0.0.name)' over 99 %" : "" } ?? ""
      warn(
        "share of \(term.name)", result.step,
        "'\(term.name)' is \(shortText(share * 100)) % of the loss\(other): it hardly teaches",
        "change a weight or a temperature, or look whether a mean is taken for a sum; probe says more"
      )
    }
  }

  private mutating func lookAtNorm(_ norm: Double, _ result: StepResult) {
    defer {
      norms.append(norm)
      if norms.count > Guards.normWindow { norms.removeFirst() }
    }
    guard norms.count >= 10 else { return }
    let median = norms.sorted()[norms.count / 2]
    guard median > 0, norm > 20 * median else { return }
    let times = shortText((norm / median).rounded(.down))
    warn(
      "gradients", result.step,
      "the gradient's norm is \(shortText(norm)), \(times) times the usual",
      "rewind, then lower lr or set run.clip = clip_norm(\(shortText(2 * median)))")
  }

  private mutating func lookAtPredictions(
    _ entropies: Entropies, _ result: StepResult, _ classes: Int
  ) {
    // Certain and right is what training is for.
    if entropies.mean < 0.01, result.accuracy < 0.9 {
      warn(
        "certainty", result.step,
        "the student's predictions have become certain and \(percent(1 - result.accuracy)) of them "
          + "are wrong",
        "lower lr, or soften the targets by a temperature or by smoothing")
    }
    if entropies.ofMean < 0.05, result.samples >= 2 * classes, classes > 1 {
      warn(
        "one class", result.step, "the student takes nearly every sample for one class",
        "rewind and lower lr; look at the labels with show run")
    }
  }

  private func percent(_ share: Double) -> String {
    numberText((share * 1000).rounded() / 10) + " %"
  }
}

extension Run {
  /// What has been noticed in the steps so far, oldest first.
  public var warnings: [RunWarning] { guards.warnings }

  /// Entropies of a batch's predictions, now and then.
  func entropies(of logits: Tensor) throws -> Guards.Entropies? {
    guard steps % Guards.entropyInterval == 0, logits.rank > 1, let classes = logits.shape.last,
      classes > 1
    else { return nil }
    let own = logits.detached
    let logs = try own.logSoftmax()
    let shares = try own.softmax()
    let rows = Double(logits.count / classes)
    let most = logarithm(Double(classes))
    let mean = -(try shares.dot(logs)) / rows / most
    let sums = try shares.reshaped([logits.count / classes, classes]).sum(axes: [0])
    let middle = sums.values.reduce(0.0) { sum, value in
      let share = Double(value) / rows
      return share > 0 ? sum - share * logarithm(share) : sum
    }
    return Guards.Entropies(mean: mean, ofMean: middle / most)
  }
}
