import Catalog
import Conversation
import Foundation
import Testing

/// Structured distillation as it is typed.
@Suite("Structured distillation")
struct StructuredTests {
  private static let prelude = """
    scene = scenes(digits=2, size=32, train=12, test=4)
    s = pspnet_resnet8(classes=3)
    t = pspnet_resnet8(classes=3, seed=1)
    """

  private static let recipe =
    "structured(s, t, scene, batch=4, epochs=6, critic=holistic(width=4), quiet=true)"

  private func sitting() -> Sitting {
    let sitting = Sitting()
    #expect(sitting.run(Self.prelude) == "")
    return sitting
  }

  @Test("the recipe's terms are the paper's, and a weight of 0 leaves one out")
  func terms() {
    let sitting = sitting()
    _ = sitting.run("r = structured(s, t, scene, quiet=true)")
    #expect(
      sitting.run("r.goal")
        == "ce() + 0.4*ce(on=\"aux\") + 10*pixelwise(on=\"head\") + pairwise() + "
        + "0.1*holistic(on=\"head\")\n")
    #expect(sitting.run("r.optimizer").contains("sgd(lr=0.01, momentum=0.9, weight_decay=0.0005"))
    #expect(sitting.run("r.schedule").contains("poly(power=0.9)"))
    #expect(sitting.run("r.batch; r.epochs * 2") == "8\n40000\n")
    _ = sitting.run("r = structured(s, t, scene, pair=0, holistic=0, aux=0, quiet=true)")
    #expect(sitting.run("r.goal") == "ce() + 10*pixelwise(on=\"head\")\n")
    _ = sitting.run(
      "r = structured(s, t, scene, pixel=2, reference=true, critic=holistic(width=8), quiet=true)")
    #expect(sitting.run("r.goal").contains("2*pixelwise(on=\"head\", reference=true)"))
    #expect(sitting.run("r.goal").contains("0.1*holistic(on=\"head\", width=8)"))
    _ = sitting.run("r = structured(s, t, scene, goal=ce() + 3*cwd(T=4), batch=2, quiet=true)")
    #expect(sitting.run("r.goal") == "ce() + 3*cwd(T=4)\n")
  }

  @Test("the plan says of every setting where it is from")
  func plan() {
    let sitting = sitting()
    let text = sitting.run("r = structured(s, t, scene, pixel=5, epochs=3)")
    for part in [
      "structured: pspnet_resnet8 ← pspnet_resnet8", "given; published is 10", "pairwise()",
      "6 steps", "random_scale_crop()",
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test("networks and data that do not go together are refused in one line")
  func refused() {
    let sitting = sitting()
    for (code, reason) in [
      ("structured(s, t, digits())", "one for every image"),
      ("distill(mlp(size=8), mlp(size=8, seed=1), scene)", "one for every pixel"),
      ("audit s, digits()", "for each pixel"), ("audit mlp(size=32), scene", "has masks"),
      ("predict s, on=scene.test", "for each pixel"),
      ("structured(s, t, scene, critic=ce())", "holistic"),
      ("structured(s, t, scene, pixel=-1)", "negative"),
    ] {
      let report = sitting.failure(code)
      #expect(report?.message.contains(reason) == true, "\(code): \(report?.message ?? "")")
    }
  }

  @Test("interrupted, saved and resumed, a run with its critic goes on to the bit")
  func resumed() throws {
    try withFolder { folder in
      let straight = sitting()
      _ = straight.run("r = \(Self.recipe); step r, 6")
      let broken = sitting()
      _ = broken.run("r = \(Self.recipe)")
      broken.react = { _ in broken.interruption.request() }
      let report = broken.failure("for i in 1..6 { step r; print(i) }")
      #expect(report?.name == "Interrupted")
      broken.react = { _ in }
      #expect(broken.run("r.steps") == "1\n")
      _ = broken.run("step r, 2; save r, \"\(folder)/r.athanor\"")
      let resumed = Sitting()
      _ = resumed.run("r = load(\"\(folder)/r.athanor\"); step r, 3")
      for name in ["loss", "holistic", "holistic_gap", "holistic_penalty", "holistic_slope"] {
        let values = straight.run("r.\(name).values")
        #expect(values.contains("["))
        #expect(resumed.run("r.\(name).values") == values, "\(name)")
      }
      // Back and forth again: the critic goes along.
      #expect(
        resumed.run("rewind r, 4; step r, 4; r.loss.values").hasSuffix(
          straight.run("r.loss.values")))
      for (name, sitting) in [("a", straight), ("b", resumed)] {
        _ = sitting.run("save r.student, \"\(folder)/\(name).safetensors\"")
      }
      let files = try ["a", "b"].map {
        try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0).safetensors"))
      }
      #expect(files[0] == files[1] && !files[0].isEmpty)
    }
  }

  @Test("a loss that is no number stops the run at the last good step, with the reason")
  func exploded() {
    let sitting = sitting()
    _ = sitting.run("r = \(Self.recipe); step r, 2; r.goal = ce() + 1e38*pixelwise()*1e38")
    let before = sitting.run("r.loss.values; r.holistic_gap.values")
    let report = sitting.failure("step r, 3")
    #expect(
      report?.message.contains("the loss is inf at step 3") == true, "\(report?.message ?? "")")
    #expect(report?.message.contains("pixelwise") == true)
    #expect(report?.lines.joined().contains("last good step") == true)
    #expect(sitting.run("r.steps; r.loss.values; r.holistic_gap.values") == "2\n" + before)
    _ = sitting.run("r.goal = ce()")
    #expect(sitting.run("step r").contains("step 3"))
  }

  @Test("a critic that runs away stops the run at the last good step, to the bit")
  func runaway() throws {
    let sitting = sitting()
    let critic = "holistic(width=4, optimizer=sgd(lr=1e18, momentum=0.9))"
    _ = sitting.run("r = structured(s, t, scene, batch=4, epochs=6, critic=\(critic), quiet=true)")
    let report = try #require(sitting.failure("step r, 18"))
    #expect(
      ["companion of 'holistic'", "the loss is ", "gradient of"].contains {
        report.message.contains($0)
      }, "\(report.message)")
    #expect(report.lines.joined().contains("last good step"))
    let steps = try #require(Int(sitting.run("r.steps").dropLast()))
    #expect((1..<18).contains(steps))
    // What is left is what a run that was asked for no more has.
    let other = self.sitting()
    _ = other.run(
      "r = structured(s, t, scene, batch=4, epochs=6, critic=\(critic), quiet=true); step r, \(steps)"
    )
    for name in ["loss", "holistic", "holistic_gap"] {
      #expect(sitting.run("r.\(name).values") == other.run("r.\(name).values"), "\(name)")
    }
    #expect(
      sitting.run("eval r.student, on=scene.test") == other.run("eval r.student, on=scene.test"))
    #expect(!sitting.run("r.loss.values").contains("nan"))
    // The statement that failed can be taken back all the same.
    #expect(sitting.run("undo; r.steps").hasSuffix("0\n"))
    // So with fit, which says the epochs that were good.
    #expect(sitting.failure("fit r") != nil)
    #expect(sitting.run("r.steps") == "\(steps)\n")
  }

  @Test("a critic's figures are drawn under their own names")
  func health() {
    let sitting = sitting()
    let text = sitting.run("r = \(Self.recipe); step r, 12")
    // A critic's score is no share of a loss.
    #expect(text.contains("'pairwise' is") && !text.contains("'holistic' is"), "\(text)")
    #expect(sitting.run("plot r.holistic_gap").contains("gap of the critic's scores"))
    #expect(sitting.run("plot r.holistic_penalty").contains("gradient penalty"))
    #expect(sitting.run("plot r.holistic_slope").contains("norm of the critic's slope"))
  }

  @Test("steps of the whole recipe stay finite", arguments: 0..<5)
  func finite(seed: Int) {
    let sitting = sitting()
    _ = sitting.run(
      "seed \(seed); r = \(Self.recipe); fit r; x = r.loss.values + r.holistic_penalty.values")
    #expect(sitting.run("r.steps") == "18\n")
    let values = sitting.run("r.loss.values; r.holistic.values; r.holistic_penalty.values")
    #expect(!values.contains("nan") && !values.contains("inf") && values.contains("["))
  }
}
