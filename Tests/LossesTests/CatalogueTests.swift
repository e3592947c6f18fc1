import Catalog
import Losses
import Tensors
import TestSupport
import Testing

/// What every loss of the registry must do.
@Suite struct CatalogueTests {
  @Test func namesAreUniqueAndExplained() {
    let names = lossRegistry.declarations.map(\.name)
    #expect(Set(names).count == names.count)
    for declaration in lossRegistry.declarations {
      #expect(declaration.summary.hasSuffix("."), "\(declaration.name)")
      #expect(!declaration.examples.isEmpty, "\(declaration.name)")
      #expect(declaration.details.contains("http"), "\(declaration.name) names no source")
      #expect(declaration.returns == "loss")
      #expect(declaration.arguments.allSatisfy { !$0.summary.isEmpty })
    }
  }

  @Test func everyParticularIsOfALoss() {
    let names = Set(lossRegistry.declarations.map(\.name))
    #expect(LossCase.particular.allSatisfy { names.contains($0.name) })
  }

  @Test(arguments: LossCase.all)
  func scriptMakesItAgain(_ tested: LossCase) throws {
    let goal = try tested.make()
    #expect(goal.script.hasPrefix("\(tested.name)("))
    #expect(goal.line == goal.script)
    let again = try tested.make()
    #expect(again.script == goal.script)
    // Models made anew are other models.
    #expect(goal.isEqual(to: again) == goal.models.isEmpty)
    #expect(goal.isEqual(to: goal))
    #expect(goal.terms.map(\.name) == [tested.name])
  }

  /// What a control run keeps needs nobody to learn from.
  @Test(arguments: LossCase.all)
  func controlKeepsWhatNeedsNobody(_ tested: LossCase) throws {
    let goal = try tested.make()
    let loss = goal.terms[0].loss
    let isAlone = !loss.needsTeacher && loss.models.isEmpty
    #expect((goal.withoutTeacher == nil) == !isAlone)
  }

  /// One number, the same every time.
  @Test(arguments: LossCase.all)
  func valueIsOneNumber(_ tested: LossCase) throws {
    let trial = try LossTrial(tested)
    let total = try trial.loss.value(try trial.input(trial.point))
    #expect(total.shape == [])
    #expect(total.scalar.isFinite)
    #expect(bits([total]) == bits([try trial.loss.value(try trial.input(trial.point))]))
  }

  /// Numbers the arguments forbid never make a loss.
  @Test func argumentsAreChecked() throws {
    let wrong: [(String, [String: Double])] = [
      ("ce", ["smoothing": -0.1]), ("ce", ["smoothing": 1]), ("ce", ["smoothing": .nan]),
      ("kd", ["T": 0]), ("kd", ["T": -1]), ("kd", ["T": .infinity]), ("kd", ["T": .nan]),
      ("dkd", ["alpha": -1]), ("dkd", ["beta": .nan]), ("dist", ["gamma": -0.1]),
      ("nkd", ["gamma": -1]), ("wsld", ["T": 0]), ("tfkd", ["correct_prob": 0]),
      ("tfkd", ["correct_prob": 1.1]), ("srd", ["p": 0.5]), ("cc", ["gamma": 0]),
      ("cc", ["order": 0]), ("rkd", ["distance": -1]), ("rkd", ["angle": .infinity]),
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
