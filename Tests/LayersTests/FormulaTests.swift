import Tensors
import TestSupport
import Testing

/// The numbers that other tests fill networks with.
@Suite struct FormulaTests {
  @Test func numbersAreThoseOfTheScript() {
    // formula.number("input", 6) and formula.number("conv1.weight", 3, seed=1) in Python.
    #expect(
      Formula.numbers("input", count: 6) == [
        0.4514392, -0.24196994, 0.32533288, -0.21033782, -0.255107, 0.05299425,
      ])
    #expect(
      Formula.numbers("conv1.weight", count: 3, seed: 1) == [-0.13862443, -0.0731141, 0.3525924])
  }

  @Test func rangesOfWorkDoNotShow() {
    let long = Formula.numbers("long", count: 50_000)
    #expect(Array(long.prefix(100)) == Formula.numbers("long", count: 100))
    #expect([long[16_383], long[16_384], long[49_999]] == [-0.40551734, -0.29819202, 0.051487505])
  }

  @Test func weightsFollowTheKey() {
    #expect(Formula.weight("bn1.running_mean", [2], seed: 3) == [-0.03458296, 0.025463963])
    #expect(Formula.weight("bn1.running_var", [2], seed: 3) == [1.040229, 0.81566066])
    #expect(Formula.weight("bn1.weight", [2], seed: 3) == [1.0579681, 1.0631638])
    #expect(Formula.weight("bn1.bias", [2], seed: 3) == [0.03778968, -0.035200264])
    #expect(
      Formula.weight("conv1.weight", [2, 3, 1, 1], seed: 3) == [
        -0.2951609, 0.6759776, -0.986071, 0.7940339, 0.43079185, -0.7335013,
      ])
  }
}
