import Catalog
import Conversation
import Testing

/// Optimizers, averages, clipping and augmentations as they are typed.
@Suite("Recipes")
struct RecipeTests {
  @Test("a run with everything on is made, carried out, inspected and evaluated by either weights")
  func everything() {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    let made = sitting.run(
      """
      r = distill(student, teacher, data, optimizer=ranger(lr=1e-3), schedule=cosine(warmup=5), \
      batch=64, epochs=1, augment=random_crop(padding=1) + rand_augment() + mixup_cutmix(), \
      clip=1, ema=true)
      step 7
      """)
    #expect(made.contains("note: the warm-up of"))
    #expect(made.contains("note: ema=true averages the weights"))
    #expect(made.contains("step 7: loss"))
    let inspected = sitting.run("inspect r")
    for figure in [
      "rho", "rectification", "first_rectified", "rate", "slow_distance", "until_sync", "exp_avg",
    ] {
      #expect(inspected.contains(figure), "\(figure)")
    }
    #expect(sitting.run("r.optimizer.first_rectified") == "6\n")
    #expect(sitting.run("eval r.averaged, on=data.test").contains("accuracy"))
    #expect(sitting.run("eval r.slow, on=data.test").contains("accuracy"))
    #expect(sitting.run("len(r.grad_norm)") == "7\n")
    #expect(
      sitting.run("r.ema = 0.99; r.clip = agc(0.02); r.optimizer = adamw(lr=1e-3); step") != "")
    let script = sitting.run("script r")
    #expect(script.contains("clip=clip_norm(1), ema=true"))
    #expect(script.contains("r.ema = 0.99") || script.contains("run.ema = 0.99"))
  }

  @Test("inspect knows the current run's optimizer and cache by those words")
  func inspecting() {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    #expect(sitting.failure("inspect cache")?.message.contains("keeps nothing") == true)
    sitting.run("run.optimizer = ranger(lr=1e-3); run.cache = true; step 7")
    let table = sitting.run("inspect optimizer")
    #expect(table == sitting.run("inspect run") && table == sitting.run("inspect"))
    for figure in ["rho", "first_rectified", "slow_distance", "rate"] {
      #expect(table.contains(figure), "\(figure)\n\(table)")
    }
    #expect(sitting.run("inspect cache") == sitting.run("inspect run.cache"))
    #expect(sitting.run("def f(r) { return inspect(r) }; f(run)").contains("first_rectified"))
    // A variable of that name is meant where there is one.
    #expect(sitting.run("optimizer = sgd(lr=0.5); inspect optimizer").contains("sgd(lr=0.5"))
    #expect(sitting.failure("inspect optimzer")?.lines.joined().contains("'optimizer'") == true)
    #expect(sitting.failure("inspect data")?.message.contains("needs an optimizer") == true)
  }

  @Test("show draws what the student sees, with mixed labels")
  func showing() {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    #expect(sitting.run("show data, n=2").contains("digits.train"))
    let mixed = sitting.run("show data, augment=mixup(0.8), n=6")
    #expect(mixed.contains("%, "))
    #expect(sitting.run("show run, n=2") != "")
  }

  @Test("wrong settings are refused with a reason")
  func refused() {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    for (code, reason) in [
      ("train(student, data, ema=1)", "0 ..< 1"), ("train(student, data, clip=0)", "positive"),
      ("train(student, data, clip=\"x\")", "clipping"), ("run.ema = 2", "0 ..< 1"),
      ("x = mixup(0.8) + cutmix(1)", "mixed twice"), ("lookahead(lookahead(sgd()))", "already"),
      ("radam(threshold=1)", "at least 4"),
    ] {
      guard case .failed(let report) = sitting.session.execute(Request(code)) else {
        Issue.record("\(code) was not refused")
        continue
      }
      #expect(report.lines.joined().contains(reason), "\(report.lines)")
    }
  }
}
