import Catalog
import Losses
import Models

extension LossCase {
  /// Losses of which something must be said; every other one is tested with its defaults on
  /// pictures, with features of different widths, and is zero where the student is the teacher.
  static let particular: [LossCase] = [
    LossCase(name: "ce", minimum: .labels),
    LossCase(name: "kd"),
    LossCase(
      name: "kd", arguments: { ["T": .number(2), "standardise": .bool(true)] }, note: "LSKD"),
    LossCase(
      name: "kd",
      arguments: { ["T": .number(4), "teacher": .list([try network(0), try network(1)])] },
      note: "two teachers", minimum: .elsewhere("the student is neither of its two teachers")),
    LossCase(
      name: "nkd",
      minimum: .elsewhere("−p·ln q of the class alone falls until q is 1, whatever p is")),
    LossCase(
      name: "wsld", minimum: .teacherWithRest("a cross entropy ends at the teacher's entropy"),
      slope: .elsewhere("its weights are constants of the tape: LogitLossTests")),
    LossCase(
      name: "tfkd", minimum: .elsewhere("at the made-up teacher: LogitLossTests")),
    LossCase(
      name: "tfkd", arguments: { ["teacher": try network(0)] }, note: "self",
      minimum: .elsewhere("at the former student, which is not the run's teacher"),
      // At T = 20 the loss is nearly a parabola, and 400 times a small difference.
      slope: .differences(step: 0.5, tolerance: 1e-3)),
    LossCase(
      name: "srd", minimum: .elsewhere("a logarithm without a floor, behind a projector")),
    LossCase(
      name: "dml", arguments: { ["peer": try network(0)] },
      minimum: .elsewhere("at the peer, which is not the run's teacher")),
    LossCase(name: "cc"),
    LossCase(
      name: "cc", arguments: { ["kernel": .string("difference")] }, note: "difference",
      minimum: .elsewhere("both networks' features go through embeddings of their own"),
      // A thousand absolute values, some of which pass 0 on the way.
      slope: .differences(step: 0.005, tolerance: 2e-2),
      noSecond: "absolute values are straight on both sides of their kinks"),
    LossCase(
      name: "dkd", arguments: { ["warmup": .number(0), "beta": .number(2)] }, note: "at once"),
    LossCase(name: "dkd"),
    LossCase(
      name: "fitnet", slope: .differences(step: 0.004, tolerance: 0.02),
      noSecond: "the regressor ends in a ReLU"),
    LossCase(
      name: "fitnet", arguments: { ["relu": .bool(false)] }, note: "without ReLU"),
    LossCase(name: "at", slope: .differences(step: 0.005, tolerance: 5e-3)),
    LossCase(
      name: "at", arguments: { ["paper": .bool(true)] }, note: "of the paper",
      slope: .differences(step: 0.005, tolerance: 5e-3)),
    LossCase(
      name: "at", arguments: { ["p": .number(4)] }, note: "of the fourth power",
      slope: .differences(step: 0.003, tolerance: 5e-3)),
    LossCase(name: "nst", slope: .differences(step: 0.01, tolerance: 5e-3)),
    LossCase(
      name: "vid", minimum: .elsewhere("most likely is what the regressor makes the teacher's"),
      slope: .differences(step: 0.004, tolerance: 0.02),
      noSecond: "the regressor has ReLUs"),
    LossCase(
      name: "ab", minimum: .elsewhere("beyond the margin"),
      slope: .differences(step: 0.01, tolerance: 0.01), noSecond: "square hinges"),
    LossCase(
      name: "ofd", minimum: .elsewhere("where the connector gives the teacher's features"),
      slope: .differences(step: 0.004, tolerance: 0.02), noSecond: "square hinges"),
    LossCase(
      name: "ft", minimum: .elsewhere("where the translator gives the teacher's factors"),
      slope: .differences(step: 1e-4, tolerance: 0.03), noSecond: "absolute values"),
    LossCase(
      name: "crd", minimum: .elsewhere("where the heads' embeddings agree"),
      slope: .differences(step: 0.004, tolerance: 5e-3)),
    LossCase(
      name: "reviewkd", minimum: .elsewhere("where the fusions give the teacher's features"),
      slope: .differences(step: 0.004, tolerance: 5e-3)),
  ]

  @Sendable private static func network(_ seed: Int) throws -> Value {
    .object(try smallNetwork(seed: seed))
  }
}

/// A network for the pictures of these tests.
func smallNetwork(seed: Int) throws -> Model {
  try model(
    "mlp",
    [
      "classes": .number(10), "hidden": .list([.number(6)]), "channels": .number(1),
      "size": .number(4), "seed": .number(Double(seed)),
    ])
}
