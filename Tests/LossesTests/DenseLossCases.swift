import Catalog
import Losses

extension LossCase {
  /// Losses on pictures with a class for every pixel.
  static let dense: [LossCase] = [
    LossCase(name: "ce", note: "of pixels", kind: .pixels, minimum: .labels),
    LossCase(
      name: "ce",
      arguments: { ["class_weights": .list([1, 2, 0.5, 0.25, 3].map { .number($0) })] },
      note: "with weights", kind: .pixels, minimum: .labels),
    LossCase(name: "pixelwise", kind: .pixels),
    LossCase(
      name: "pixelwise", arguments: { ["reference": .bool(true)] }, note: "as published",
      kind: .pixels, minimum: .teacherWithRest("the teacher's entropy")),
    LossCase(
      name: "pairwise", kind: .pixels,
      slope: .elsewhere("norms are constants of the gradient; the golden values have it")),
    LossCase(name: "cwd", kind: .pixels),
    LossCase(
      name: "cwd", arguments: { ["on": .string("layer2"), "T": .number(0.5)] },
      note: "of features", kind: .pixels,
      minimum: .elsewhere("features go through a convolution that is drawn"),
      slope: .differences(step: 0.05, tolerance: 5e-3)),
    LossCase(
      name: "ifvd", kind: .pixels, slope: .differences(step: 0.01, tolerance: 5e-3)),
    LossCase(
      name: "holistic", arguments: { ["width": .number(8)] }, kind: .pixels,
      minimum: .elsewhere("what the critic says is good"), slope: criticsSlope),
    LossCase(
      name: "holistic",
      arguments: { ["width": .number(8), "kind": .string("hinge"), "image": .bool(false)] },
      note: "hinge", kind: .pixels, minimum: .elsewhere("what the critic says is good"),
      slope: criticsSlope),
  ]

  /// Differences cross the kinks of its leaky ReLUs, where the slope of a penalty jumps.
  private static let criticsSlope = Slope.elsewhere(
    "kinks; DenseTests has the golden values, and differences where there are none")
}
