import Catalog
import Foundation

/// The learning rate times `factor` at each milestone.
struct StepDecay: Pacing {
  var milestones: [Double]
  var factor: Double

  var script: String {
    let list = milestones.map(numberText).joined(separator: ", ")
    return "step_decay(milestones=[\(list)], factor=\(numberText(factor)))"
  }

  func pace(_ moment: Moment, base: Double) -> Pace {
    let passed = milestones.filter { moment.epoch >= $0 }.count
    return Pace(lr: base * pow(factor, Double(passed)))
  }

  static let declaration = Declaration(
    "step_decay", "The learning rate falls by a factor at given epochs.",
    details: "The schedule of the CIFAR experiments: `milestones=[150, 180, 210], factor=0.1`.",
    Argument("milestones", "Epochs after which the learning rate falls, rising numbers.") {
      zip($0, $0.dropFirst()).allSatisfy { $0 < $1 } && $0.allSatisfy { $0 >= 0 }
        ? nil : "must be rising numbers of at least 0"
    } as Argument<[Double]>,
    Argument("factor", "What the learning rate is multiplied with.", default: 0.1) {
      $0 > 0 && $0.isFinite ? nil : "must be positive"
    },
    examples: ["schedule = step_decay(milestones=[2, 3], factor=0.1)"],
    keywords: ["learning rate", "multistep", "milestones"]
  ) { (milestones: [Double], factor: Double) in
    Schedule(StepDecay(milestones: milestones, factor: factor))
  }
}
