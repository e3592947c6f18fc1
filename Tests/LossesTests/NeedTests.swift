import Catalog
import Losses
import Tensors
import TestSupport
import Testing

/// What every loss needs, and what it makes of little.
@Suite struct NeedTests {
  @Test(arguments: LossCase.all)
  func teacherIsAskedForWhereItIsNeeded(_ tested: LossCase) throws {
    let whole = try LossTrial(tested)
    var alone = whole
    alone.teacher = nil
    alone.teacherFeatures = nil
    guard whole.loss.needsTeacher else {
      #expect(try alone.value() == whole.value())
      return
    }
    let failure = try #require(#expect(throws: Failure.self) { try alone.value() })
    #expect(failure.kind == .state)
    #expect(failure.message.contains("'\(tested.name)' needs a teacher"))
    #expect(failure.advice?.contains("distill") == true)
  }

  @Test(arguments: LossCase.all)
  func shapesThatDoNotFitAreRefused(_ tested: LossCase) throws {
    let whole = try LossTrial(tested)
    guard whole.loss.needsTeacher else { return }
    var other = whole
    if whole.pairs.isEmpty {
      let (shape, wrong) = (whole.shapes.logits, Array(whole.shapes.logits.dropLast() + [9]))
      other.teacher = Tensor(zeros: wrong)
      let error = try #require(#expect(throws: ShapeError.self) { try other.value() })
      #expect(error.message.contains(shapeText(shape)))
      #expect(error.message.contains(shapeText(wrong)))
    } else {
      other.teacherFeatures = whole.pairs.map { pair in
        Tensor(repeating: 0.5, [pair.teacher[0] + 1] + pair.teacher.dropFirst())
      }
      #expect(throws: ShapeError.self) { try other.value() }
    }
  }

  /// Labels that are no classes are refused by every loss that looks at them.
  @Test(arguments: LossCase.all)
  func labelsThatAreNoClassesAreRefused(_ tested: LossCase) throws {
    let trial = try LossTrial(tested)
    let classes = trial.shapes.logits.last ?? 0
    var other = trial
    other.labels = try Labels(
      trial.labels.values.map { ($0 + 1) % Int32(classes) }, trial.labels.shape)
    guard try other.value() != trial.value() else { return }
    let outside = try Labels(
      Array(repeating: Int32(classes), count: trial.labels.count), trial.labels.shape)
    for labels in [Labels([0, 1, 2]), outside] {
      other.labels = labels
      #expect(throws: ShapeError.self) { try other.value() }
    }
  }

  /// The last batch of an epoch may have one sample.
  @Test(arguments: LossCase.all)
  func oneSampleIsFinite(_ tested: LossCase) throws {
    let trial = try LossTrial(tested, batch: 1)
    #expect(try trial.value().isFinite)
    #expect(try areFinite(try trial.gradient()))
  }

  /// A network whose head starts at zero, or whose units are dead.
  @Test(arguments: LossCase.all)
  func zerosAreFinite(_ tested: LossCase) throws {
    var trial = try LossTrial(tested)
    for index in 0...trial.pairs.count {
      trial.point[index] = Tensor(zeros: trial.point[index].shape)
    }
    #expect(try trial.value().isFinite)
    #expect(try areFinite(try trial.gradient()))
  }
}
