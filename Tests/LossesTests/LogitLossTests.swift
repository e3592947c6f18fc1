import Catalog
import Layers
import Losses
import Optimizers
import Tensors
import TestSupport
import Testing

/// What the mathematics of single losses says.
@Suite struct LogitLossTests {
  private let late = Moment(step: 900, total: 1000, stepsPerEpoch: 10)

  private func input(_ batch: SampleBatch) -> LossInput {
    var input = batch.input()
    input.moment = late
    return input
  }

  private func value(_ name: String, _ arguments: [String: Double], _ input: LossInput) throws
    -> Double
  {
    Double(try make(name, arguments).terms[0].loss.value(input).scalar)
  }

  /// With α = 1 and β = 1 − p_t of one sample, the parts add up to the whole divergence.
  @Test func decoupledPartsAddUp() throws {
    var batch = try SampleBatch()
    batch.student = try batch.student.slice(0..<1)
    batch.teacher = try batch.teacher.slice(0..<1)
    var one = LossInput(
      logits: batch.student, targets: .hard(Labels([0])), teacherLogits: batch.teacher)
    one.moment = late
    for temperature in [1.0, 4] {
      let soft = try (batch.teacher * Float(1 / temperature)).softmax().values[0]
      let whole = try value("kd", ["T": temperature], one)
      let parts = try value(
        "dkd", ["T": temperature, "alpha": 1, "beta": Double(1 - soft)], one)
      #expect(disagreement(whole, parts, relative: 1e-5) == nil, "T \(temperature)")
    }
  }

  /// Of two classes one is the target, so that nothing is left to be decoupled.
  @Test func twoClassesLeaveTheTargetAlone() throws {
    let student = try Formula.tensor("two", [6, 2], scale: 4)
    let teacher = try Formula.tensor("two.teacher", [6, 2], scale: 4)
    var input = LossInput(
      logits: student, targets: .hard(Labels([0, 1, 1, 0, 1, 0])), teacherLogits: teacher)
    input.moment = late
    let whole = try value("kd", ["T": 2], input)
    #expect(disagreement(try value("dkd", ["T": 2], input), whole, relative: 1e-5) == nil)
    #expect(try value("nkd", [:], input).isFinite)
    #expect(throws: ShapeError.self) {
      try value(
        "dkd", [:],
        LossInput(
          logits: Tensor(zeros: [2, 1]), targets: .hard(Labels([0, 0])),
          teacherLogits: Tensor(zeros: [2, 1])))
    }
  }

  @Test func warmUpRisesWithThePlan() throws {
    let batch = try SampleBatch()
    func at(_ step: Int, total: Int, _ arguments: [String: Double]) throws -> Double {
      var input = batch.input()
      input.moment = Moment(step: step, total: total, stepsPerEpoch: 10)
      return try value("dkd", arguments, input)
    }
    let whole = try at(0, total: 240, ["warmup": 0])
    // 240 steps rise over 20; 2400 steps are 240 epochs and rise over the published 20 epochs.
    for (step, total, share) in [(0, 240, 0.05), (9, 240, 0.5), (19, 240, 1), (99, 2400, 0.5)] {
      #expect(disagreement(try at(step, total: total, [:]), share * whole, relative: 1e-6) == nil)
    }
    #expect(
      disagreement(try at(9, total: 24, ["warmup": 2]), whole / 2, relative: 1e-6) == nil)
    #expect(try make("dkd", ["warmup": 3]).script == "dkd(T=4, alpha=1, beta=8, warmup=3)")
    #expect(throws: Failure.self) { try make("dkd", ["warmup": -1]) }
  }

  /// WSLD's gradient is that of a cross entropy with the weights of the place where it is taken.
  @Test func sampleWeightsAreConstants() throws {
    let batch = try SampleBatch()
    let loss = WSLD(temperature: 2)
    let weights = try loss.weights(batch.input())
    #expect(weights.values.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(!weights.isTracked)
    let variable = batch.student.variable()
    let found = try gradients(
      of: try loss.value(batch.input(student: variable)), withRespectTo: [variable])[0]
    let soft = try (batch.teacher * 0.5).softmax()
    let expected =
      try ((batch.student * 0.5).softmax() - soft) * weights.reshaped([8, 1]) * (2.0 / 8)
    #expect(disagreement(found, expected, relative: 1e-4, absolute: 1e-7) == nil)
    // A student as wrong as its teacher: 1 − 1/e for every sample.
    var same = batch
    same.student = batch.teacher
    #expect(
      try loss.weights(same.input()).values.allSatisfy { abs($0 - 0.632_120_6) < 1e-5 })
  }

  /// The made-up teacher is where Tf-KD ends; without softening it is cross entropy with
  /// smoothing, less a constant.
  @Test func madeUpTeacherIsTheMinimum() throws {
    var batch = try SampleBatch()
    let variable = batch.student.variable()
    let found = try gradients(
      of: try make("tfkd", ["T": 0.01]).terms[0].loss.value(batch.input(student: variable)),
      withRespectTo: [variable])[0]
    let sharp = try gradients(
      of: try CrossEntropy().value(batch.input(student: variable)), withRespectTo: [variable])[0]
    // softmax(u/0.01) is the label itself.
    #expect(disagreement(found, sharp, relative: 1e-4, absolute: 1e-6) == nil)
    // u at T = 20 is almost flat: z = u/20 is the minimum.
    batch.student = try (batch.labels.oneHot(10) * Float(0.99 - 0.01 / 9) + Float(0.01 / 9)) * 0.05
    let (value, gradient) = try batch.evaluate(make("tfkd"))
    #expect(abs(value) < 1e-6)
    #expect(gradient.values.allSatisfy { abs($0) < 1e-6 })
  }

  /// What a scale and a shift of the logits change.
  @Test func standardisedLogitsHaveNoScale() throws {
    var batch = try SampleBatch()
    let goal = try make("kd", values: ["T": .number(2), "standardise": .bool(true)])
    let before = try batch.evaluate(goal).value
    batch.student = try batch.student * 7 + 3
    #expect(disagreement(try batch.evaluate(goal).value, before, relative: 1e-4) == nil)
    batch.student = try batch.teacher * 0.1 - 2
    #expect(try abs(batch.evaluate(goal).value) < 1e-5)
    #expect(goal.script == "kd(T=2, standardise=true)")
  }

  @Test func severalTeachersAreOneMean() throws {
    let (a, b) = (try smallNetwork(seed: 0), try smallNetwork(seed: 1))
    let both = try make(
      "kd", values: ["T": .number(2), "teacher": .list([.object(a), .object(b)])])
    #expect(both.script == "kd(T=2, teacher=[mlp, mlp])")
    #expect(!both.needsTeacher && both.withoutTeacher == nil)
    let batch = try SampleBatch()
    var input = batch.input()
    input.teacherLogits = nil
    input.modelLogits = [batch.teacher, batch.teacher]
    // Twice the same teacher is that teacher.
    let one = try value("kd", ["T": 2], batch.input())
    let twice = Double(try both.terms[0].loss.value(input).scalar)
    #expect(disagreement(twice, one, relative: 1e-5) == nil)
    input.modelLogits = [batch.teacher, Tensor(zeros: [8, 9])]
    #expect(throws: ShapeError.self) { try both.terms[0].loss.value(input) }
    for wrong in [Value.list([]), .list([.object(a), .object(a)]), .number(1), .string("mlp")] {
      #expect(throws: Failure.self) { try make("kd", values: ["teacher": wrong]) }
    }
  }

  /// A correlation does not see a student that is surer or less sure in the same proportions.
  @Test func correlationsAreBounded() throws {
    let batch = try SampleBatch()
    let found = try value("dist", ["beta": 1, "gamma": 1], input(batch))
    #expect(found > 0 && found < 4)
    var opposite = batch
    opposite.student = try batch.teacher * -1
    #expect(try value("dist", [:], input(opposite)) > found)
  }
}
