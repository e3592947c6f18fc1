import Catalog
import Losses
import Tensors
import TestSupport
import Testing

/// `ce() + 5*kd(T=2)`: the arithmetic of losses.
@Suite struct GoalTests {
  private func sum(_ a: Goal, _ b: Goal) throws -> Goal {
    try Goal.read(try #require(a.adding(.object(b), reversed: false)))
  }

  private func times(_ factor: Double, _ goal: Goal) throws -> Goal {
    try Goal.read(try #require(try goal.multiplied(by: factor)))
  }

  @Test func sumsAndMultiplesAreWritten() throws {
    let (ce, kd) = (try make("ce"), try make("kd", ["T": 2]))
    #expect(try sum(ce, times(5, kd)).script == "ce() + 5*kd(T=2)")
    #expect(try sum(times(0.5, ce), times(-1, kd)).script == "0.5*ce() - kd(T=2)")
    #expect(try times(-2, sum(ce, kd)).script == "-2*ce() - 2*kd(T=2)")
    #expect(try times(0, kd).script == "0*kd(T=2)")
    #expect(try make("ce", ["smoothing": 0.1]).script == "ce(smoothing=0.1)")
  }

  @Test func orderOfSumsIsKept() throws {
    let (ce, kd) = (try make("ce"), try make("kd"))
    let reversed = try Goal.read(try #require(ce.adding(.object(kd), reversed: true)))
    #expect(reversed.script == "kd(T=1) + ce()")
  }

  @Test func equalTermsGetNamesOfTheirOwn() throws {
    let kd1 = try make("kd", ["T": 1])
    let kd4 = try make("kd", ["T": 4])
    let three = try sum(sum(kd1, make("ce")), sum(kd4, kd1))
    #expect(three.terms.map(\.name) == ["kd", "ce", "kd_2", "kd_3"])
    #expect(three.memberNames == ["kd", "ce", "kd_2", "kd_3"])
    let weighted = try sum(kd1, times(3, kd4))
    guard case .number(let weight)? = weighted.member("kd_2") else {
      Issue.record("kd_2 has no weight")
      return
    }
    #expect(weight == 3)
    #expect(weighted.member("kd_3") == nil)
  }

  @Test func valueIsTheWeightedSum() throws {
    let batch = try SampleBatch()
    let goal = try sum(make("ce"), sum(times(5, make("kd")), times(-0.25, make("mse"))))
    let (total, terms) = try goal.evaluate(batch.input())
    let parts = terms.map { Double($0.scalar) }
    #expect(parts.count == 3)
    let expected = parts[0] + 5 * parts[1] - 0.25 * parts[2]
    #expect(disagreement(Double(total.scalar), expected, relative: 1e-6) == nil)
    for (name, part) in zip(["ce", "kd", "mse"], parts) {
      let alone = try make(name).evaluate(batch.input()).total
      #expect(Double(alone.scalar) == part, "\(name)")
    }
  }

  @Test func gradientIsTheWeightedSum() throws {
    let batch = try SampleBatch()
    let whole = try batch.evaluate(sum(make("ce"), times(5, make("kd")))).gradient
    let parts =
      try batch.evaluate(make("ce")).gradient
      + batch.evaluate(make("kd")).gradient * Float(5)
    #expect(disagreement(whole, parts, relative: 1e-5, absolute: 1e-7) == nil)
  }

  @Test func scaleByTemperatureKeepsGradientsComparable() throws {
    // T² in the loss: the gradient's norm changes little where a bare divergence falls as 1/T².
    let batch = try SampleBatch()
    func norm(_ t: Double) throws -> Double {
      let gradient = try batch.evaluate(make("kd", ["T": t])).gradient
      return try gradient.dot(gradient).squareRoot()
    }
    #expect(try norm(8) / norm(1) > 0.5)
    #expect(try norm(8) / norm(1) < 2)
  }

  @Test func highTemperatureIsMeanSquares() throws {
    // Hinton et al.: for T → ∞ and logits of mean zero, T²·KL → Σ_k (z_S − z_T)²/(2K).
    var batch = try SampleBatch()
    let ones = Tensor(repeating: 1, [8, 10])
    func centred(_ x: Tensor) throws -> Tensor {
      try x - ones * x.mean(axes: [1], keepingAxes: true)
    }
    batch.student = try centred(batch.student)
    batch.teacher = try centred(batch.teacher)
    let kd = try batch.evaluate(make("kd", ["T": 100])).value
    let mse = try batch.evaluate(make("mse")).value
    #expect(disagreement(kd, mse / 2, relative: 2e-2) == nil)
  }

  @Test func strangersAreNotAdded() throws {
    let goal = try make("ce")
    #expect(goal.adding(.number(1), reversed: false) == nil)
    #expect(goal.adding(.string("kd"), reversed: true) == nil)
    for factor in [Double.nan, .infinity, -.infinity] {
      let failure = #expect(throws: Failure.self) { try goal.multiplied(by: factor) }
      #expect(failure?.kind == .value)
    }
  }

  @Test func teacherIsLeftOutOfAControl() throws {
    let goal = try sum(sum(make("kd"), times(2, make("ce"))), make("mse"))
    #expect(goal.needsTeacher)
    let plain = try #require(goal.withoutTeacher)
    #expect(plain.script == "2*ce()")
    #expect(!plain.needsTeacher)
    #expect(try make("kd").withoutTeacher == nil)
  }

  @Test func temperaturesAtTheEdgesStayFinite() throws {
    var batch = try SampleBatch()
    batch.student = try batch.student * Float(1000)
    for temperature in [1e-3, 1, 1e6] {
      let (value, gradient) = try batch.evaluate(make("kd", ["T": temperature]))
      #expect(value.isFinite && value >= -1e-3, "T \(temperature): \(value)")
      #expect(gradient.values.allSatisfy { $0.isFinite }, "T \(temperature)")
    }
  }
}
