import Catalog
import Layers
import Losses
import Models

/// The terms of structured distillation and their weights.
struct StructuredTerms {
  var pixel: Double
  var pair: Double
  var holistic: Double
  var aux: Double
  var isReference: Bool
  /// A goal whose one term is a holistic loss; nil: the usual one.
  var critic: Goal?

  /// The goal for two networks.
  func goal(student: Model, teacher: Model) throws -> Goal {
    // Where the published code compares logits.
    let isMap = [student, teacher].allSatisfy { $0.has("head") }
    let place = isMap ? FeatureSelection([.init("head", "head")]) : .automatic
    var goal = Goal(CrossEntropy())
    if aux > 0, student.has("aux") {
      let head = CrossEntropy(on: FeatureSelection([.init("aux", "aux")]))
      goal = goal.plus(Goal(head).scaled(by: aux))
    }
    if pixel > 0 {
      goal = goal.plus(
        Goal(Pixelwise(on: place, isPublished: isReference)).scaled(by: pixel))
    }
    if pair > 0 { goal = goal.plus(Goal(Pairwise()).scaled(by: pair)) }
    if holistic > 0 {
      goal = goal.plus(Goal(try adversarial(place)).scaled(by: holistic))
    }
    return goal
  }

  private func adversarial(_ place: FeatureSelection) throws -> Holistic {
    guard let critic else { return Holistic(on: place) }
    guard critic.terms.count == 1, var own = critic.terms[0].loss as? Holistic else {
      throw Failure(
        .type, "structured: 'critic' needs a holistic loss, got \(critic.script)",
        advice: "critic=holistic(width=16)")
    }
    if own.place == .automatic { own.place = place }
    return own
  }
}

extension Model {
  /// Whether there is a module of that path.
  fileprivate func has(_ path: String) -> Bool {
    network.modules.contains { $0.path == path }
  }
}
