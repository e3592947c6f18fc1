import Catalog
import Datasets
import Graphs
import Layers
import Losses
import Models
import Optimizers
import Tensors

extension Run {
  /// Where the goal looks in the run's networks.
  func featurePlan() throws -> FeaturePlan {
    if let knownPlan { return knownPlan }
    let plan = try plan(of: goal)
    knownPlan = plan
    return plan
  }

  func plan(of goal: Goal) throws -> FeaturePlan {
    try FeaturePlan(goal, student: student, teacher: teacher)
  }

  /// A goal with parts for the shapes of a batch's results: those the run has where they fit, new
  /// ones otherwise. The run is not changed.
  func bound(_ goal: Goal, _ plan: FeaturePlan, _ pass: ForwardPass) throws -> GoalBinding {
    let terms = try goal.terms.enumerated().map { index, term in
      let features = try plan.features(
        index, own: pass.studentFeatures, others: pass.teacher?.features ?? [:])
      var shapes = LossShapes(
        features: features.map {
          FeatureShapes(student: $0.student.shape, teacher: $0.teacher?.shape ?? [])
        }, logits: pass.logits.shape, samples: data.train.count,
        seed: UInt64(bitPattern: Int64(seed)))
      shapes.images = pass.batch.images.shape
      return try BoundTerm(
        term, script: term.loss.script(record.names), shapes, frozen: frozenModel)
    }
    return GoalBinding(goal, plan, terms, from: termStates)
  }

  /// A model that a loss brings as it is run, planned once.
  private func frozenModel(_ model: Model) -> FrozenTeacher {
    if let known = ownModels.first(where: { $0.model === model }) { return known }
    let new = FrozenTeacher(model)
    ownModels.append(new)
    return new
  }

  /// What the goal's terms own: of the present goal once a step was made under it, of the one before
  /// until then.
  var termStates: [TermState] {
    get { binding?.states ?? waiting }
    set {
      waiting = newValue
      binding = nil
      optimizer.attach(to: movingParameters)
    }
  }

  /// Has the goal bound anew at the next step: it, or the teacher, has changed.
  func unbind() {
    knownPlan = nil
    termStates = termStates
  }

  /// What the student's optimizer moves.
  var movingParameters: [(key: String, parameter: Parameter)] {
    let parts = binding?.parameters ?? waiting.flatMap(\.parameters)
    return parts.isEmpty ? parameters : parameters + parts
  }

  /// The optimizer's memory of parts that are no more, or drawn anew, must not be found by others.
  func forgetParts(except binding: GoalBinding) {
    let kept = Set(binding.carried)
    optimizer.forget { key in
      // "goal.fitnet.conv.weight"
      let words = key.split(separator: ".", maxSplits: 2)
      return words.count == 3 && words[0] == "goal" && !kept.contains(String(words[1]))
    }
  }
}
