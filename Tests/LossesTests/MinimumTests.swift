import Losses
import Tensors
import TestSupport
import Testing

/// Where every loss is smallest.
@Suite struct MinimumTests {
  @Test(arguments: LossCase.all)
  func lossIsFlatWhereItSays(_ tested: LossCase) throws {
    switch tested.minimum {
    case .teacher: try teacherIsTheMinimum(tested, value: 0)
    case .teacherWithRest: try teacherIsTheMinimum(tested, value: nil)
    case .labels: try labelsAreTheMinimum(tested)
    case .elsewhere(let reason): #expect(!reason.isEmpty)
    }
  }

  private func teacherIsTheMinimum(_ tested: LossCase, value: Double?) throws {
    var trial = try LossTrial(tested, isEqual: true)
    let (before, steep) = (try trial.value(), try norm(trial.gradient()))
    trial.point[0] = try #require(trial.teacher)
    for (index, features) in (trial.teacherFeatures ?? []).enumerated() {
      trial.point[1 + index] = features
    }
    let after = try trial.value()
    let gradient = try trial.gradient()
    #expect(after <= before)
    if let value {
      #expect(before > 1e-5)
      #expect(abs(after - value) <= 1e-6 + 1e-5 * before)
    }
    #expect(try norm(gradient) <= 2e-6 + 1e-4 * steep)
  }

  private func labelsAreTheMinimum(_ tested: LossCase) throws {
    var trial = try LossTrial(tested)
    let before = try trial.value()
    trial.point[0] = try trial.labels.oneHot(trial.point[0].shape.last ?? 0) * 40
    #expect(abs(try trial.value()) <= 1e-6)
    #expect(try trial.gradient()[0].values.allSatisfy { abs($0) <= 1e-6 })
    #expect(before > 0.1)
  }
}
