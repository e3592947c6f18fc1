import Catalog
import Losses
import Tensors
import TestSupport
import Testing

/// What every loss of the registry must do.
@Suite struct CatalogueTests {
  static let names = lossRegistry.declarations.map(\.name)

  @Test func namesAreUniqueAndExplained() {
    #expect(Set(Self.names).count == Self.names.count)
    for declaration in lossRegistry.declarations {
      #expect(declaration.summary.hasSuffix("."), "\(declaration.name)")
      #expect(!declaration.examples.isEmpty, "\(declaration.name)")
      #expect(declaration.returns == "loss")
      #expect(declaration.arguments.allSatisfy { !$0.summary.isEmpty })
    }
  }

  @Test(arguments: names)
  func gradientIsTheDifferenceQuotient(_ name: String) throws {
    var batch = try SampleBatch()
    let goal = try make(name)
    let gradient = try batch.evaluate(goal).gradient
    let point = batch.student
    for trial in 0..<8 {
      let direction = try Formula.tensor("direction \(trial)", [8, 10], scale: 2)
      func at(_ distance: Float) throws -> Double {
        batch.student = try point + direction * distance
        return try batch.evaluate(goal).value
      }
      // Fourth order, so that the step can be wide and rounding small.
      let step: Float = 0.05
      let near = try at(step) - at(-step)
      let far = try at(2 * step) - at(-2 * step)
      let quotient = (8 * near - far) / (12 * Double(step))
      let found = try gradient.dot(direction)
      let size = try gradient.dot(gradient).squareRoot() * direction.dot(direction).squareRoot()
      #expect(disagreement(found, quotient, relative: 1e-3, absolute: 2e-4 * size) == nil)
    }
  }

  @Test(arguments: names)
  func gradientHasAGradient(_ name: String) throws {
    let batch = try SampleBatch()
    let variable = batch.student.variable()
    let total = try make(name).evaluate(batch.input(student: variable)).total
    let taped = try gradients(of: total, withRespectTo: [variable], tape: .differentiate)[0]
    #expect(
      disagreement(
        taped.detached, try batch.evaluate(try make(name)).gradient, relative: 1e-5,
        absolute: 1e-7) == nil)
    let direction = try Formula.tensor("direction", [8, 10], scale: 2)
    let product = try (taped * direction).sum()
    let second = try gradients(of: product, withRespectTo: [variable])[0]
    func slope(_ distance: Float) throws -> Tensor {
      var moved = batch
      moved.student = try batch.student + direction * distance
      return try moved.evaluate(try make(name)).gradient
    }
    let step: Float = 0.02
    let quotient = try (slope(step) - slope(-step)) * (1 / (2 * step))
    #expect(disagreement(second, quotient, relative: 1e-2, absolute: 2e-4) == nil)
  }

  /// A loss that imitates the teacher is zero and flat where the student already does.
  @Test(arguments: names)
  func teacherItselfIsTheMinimum(_ name: String) throws {
    let goal = try make(name)
    guard goal.needsTeacher else { return try labelsAreTheMinimum(goal) }
    var batch = try SampleBatch()
    let before = try batch.evaluate(goal).value
    batch.student = batch.teacher
    let (value, gradient) = try batch.evaluate(goal)
    #expect(abs(value) <= 1e-6)
    #expect(gradient.values.allSatisfy { abs($0) <= 1e-6 })
    #expect(before > 0.1)
  }

  /// A loss without a teacher is smallest where the labels are predicted.
  private func labelsAreTheMinimum(_ goal: Goal) throws {
    var batch = try SampleBatch()
    let before = try batch.evaluate(goal).value
    batch.student = try batch.labels.oneHot(10) * 40
    let (value, gradient) = try batch.evaluate(goal)
    #expect(abs(value) <= 1e-6)
    #expect(gradient.values.allSatisfy { abs($0) <= 1e-6 })
    #expect(before > 0.1)
  }

  @Test(arguments: names)
  func teacherIsAskedForWhereItIsNeeded(_ name: String) throws {
    let batch = try SampleBatch()
    let goal = try make(name)
    let alone = LossInput(logits: batch.student, targets: .hard(batch.labels))
    guard goal.needsTeacher else {
      let (first, second) = (try goal.evaluate(alone), try goal.evaluate(batch.input()))
      #expect(bits([first.total]) == bits([second.total]))
      return
    }
    let failure = try #require(
      #expect(throws: Failure.self) { try goal.evaluate(alone) })
    #expect(failure.kind == .state)
    #expect(failure.message.contains("'\(name)' needs a teacher"))
    #expect(failure.advice?.contains("distill") == true)

    var other = batch.input()
    other.teacherLogits = Tensor(zeros: [8, 9])
    let error = try #require(#expect(throws: ShapeError.self) { try goal.evaluate(other) })
    #expect(error.message.contains("[8, 10]") && error.message.contains("[8, 9]"))
  }

  @Test(arguments: names)
  func labelsThatAreNoClassesAreRefused(_ name: String) throws {
    let batch = try SampleBatch()
    let goal = try make(name)
    guard !goal.needsTeacher else { return #expect(goal.terms.count == 1) }
    for labels in [Labels([0, 1, 2]), Labels(Array(repeating: 10, count: 8))] {
      let input = LossInput(logits: batch.student, targets: .hard(labels))
      #expect(throws: ShapeError.self) { try goal.evaluate(input) }
    }
  }

  @Test(arguments: names)
  func scriptMakesItAgain(_ name: String) throws {
    let goal = try make(name)
    #expect(goal.script.hasPrefix("\(name)("))
    #expect(goal.line == goal.script)
    #expect(goal.isEqual(to: try make(name)))
  }

  /// Numbers the arguments forbid never make a loss.
  @Test func argumentsAreChecked() throws {
    let wrong: [(String, [String: Double])] = [
      ("ce", ["smoothing": -0.1]), ("ce", ["smoothing": 1]), ("ce", ["smoothing": .nan]),
      ("kd", ["T": 0]), ("kd", ["T": -1]), ("kd", ["T": .infinity]), ("kd", ["T": .nan]),
    ]
    for (name, arguments) in wrong {
      let failure = #expect(throws: Failure.self, "\(name) \(arguments)") {
        try make(name, arguments)
      }
      #expect(failure?.kind == .value, "\(name) \(arguments)")
    }
    #expect(throws: Failure.self) { try make("kd", ["temperature": 1]) }
  }
}
