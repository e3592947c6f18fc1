import Catalog
import Conversation
import Datasets
import Foundation
import Language
import Layers
import Losses
import Models
import Optimizers
import Tensors
import Testing
import Training

@testable import Lab

/// One recipe for any backbone.
@Suite("USI", .serialized)
struct USITests {
  /// Those that say one class for every picture: USI's soft labels have no maps.
  static let families = modelRegistry.sections.map(\.title).filter { $0 != "PSPNet" }

  /// The smallest network of a family for pictures of a size.
  static func smallest(_ family: String, size: Int) throws -> String {
    let section = try #require(modelRegistry.sections.first { $0.title == family })
    var best: (call: String, count: Int)?
    for declaration in section.declarations {
      let names = declaration.arguments.map(\.name)
      var arguments = ["classes=10", "channels=3"]
      if names.contains("img_size") { arguments.append("img_size=\(size)") }
      if names.contains("size") { arguments.append("size=\(size)") }
      if names.contains("patch_size") { arguments.append("patch_size=\(size / 8)") }
      if declaration.name == "mlp" { arguments.append("hidden=[32]") }
      let call = "\(declaration.name)(\(arguments.joined(separator: ", ")))"
      let text = Sitting().run("net = \(call); net.parameters")
      guard let count = Int(text.dropLast()) else { continue }
      if count < best?.count ?? .max { best = (call, count) }
    }
    return try #require(best, "\(family) has no network for pictures of \(size)").call
  }

  private func withPictures(_ body: (_ path: String) throws -> Void) throws {
    try withFolder { folder in
      let size = 32 * 32 * 3
      var pixels = [UInt8](repeating: 0, count: 72 * size)
      for picture in 0..<72 {
        for place in 0..<size {
          // Stripes whose width is the class, a little different in each picture.
          let wave = (place / 3 % 32 + picture / 10) * (picture % 10 + 1) / 4
          pixels[picture * size + place] = UInt8((wave % 2) * 150 + place % 3 * 20 + picture % 40)
        }
      }
      let split = Split(
        "pictures", images: ByteImages(pixels, height: 32, width: 32, channels: 3),
        labels: (0..<72).map { Int32($0 % 10) }, classes: 10)
      try Dataset(
        name: "pictures", script: "pictures()", train: split.selecting(Array(0..<64)),
        test: split.selecting(Array(64..<72), name: "pictures.test")
      ).writeArrays(folder + "/pictures.safetensors")
      try body(folder + "/pictures.safetensors")
    }
  }

  private func run(_ sitting: Sitting, _ name: String) throws -> Run {
    let session = try #require(sitting.session as? Session)
    guard case .object(let run as Run)? = session.evaluator.value(of: name) else {
      throw Failure(.name, "'\(name)' is no run")
    }
    return run
  }

  /// The mean loss of the goal on batches, with the student as it trains.
  private func loss(_ run: Run, on batches: [Batch]) throws -> Double {
    var sum = 0.0
    for batch in batches {
      let logits = try run.student(batch.images, Context(isTraining: true, updatesState: false))
      let targets = try #require(batch.targets(classes: run.student.classes))
      let input = LossInput(
        logits: logits, targets: .soft(targets), teacherLogits: try run.teacherLogits(batch.images))
      sum += Double(try run.goal.evaluate(input).total.scalar)
    }
    return sum / Double(batches.count)
  }

  @Test(
    "every family takes a few steps with nothing said but student, teacher, data",
    arguments: families)
  func family(_ family: String) throws {
    try withPictures { path in
      let sitting = Sitting()
      let made = sitting.run(
        """
        data = arrays("\(path)")
        teacher = mlp(classes=10, hidden=[16], channels=3, size=32, seed=1)
        """)
      #expect(made == "")
      let call = try Self.smallest(family, size: 32)
      let plan = sitting.run("run = usi(\(call), teacher, data)")
      #expect(plan.contains("ce() + 5*kd(T=1)") && plan.contains("300, 1200 steps"), "\(plan)")
      let run = try run(sitting, "run")
      // What it is trained on, seen with the weights of before and after: no luck of the mixing.
      // Adam's first steps throw large transformers up before they come down, so those take a few
      // more.
      var batches: [Batch] = []
      let start = run.student.weights
      for _ in 0..<2 {
        batches.append(try run.nextBatch())
        #expect(sitting.run("step run").contains(": loss"))
      }
      let first = run.student.weights
      run.student.weights = start
      let before = try loss(run, on: batches)
      run.student.weights = first
      var after = try loss(run, on: batches)
      while after >= before, run.steps < 15 {
        #expect(sitting.run("step run, 4").contains(": loss"))
        after = try loss(run, on: batches)
      }
      #expect(after < before, "\(call): \(before) to \(after)")
    }
  }

  @Test("the plan says what is from where, and every argument can be given")
  func plan() {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    let usual = sitting.run("r = usi(student, teacher, data, batch=128)")
    for text in [
      "300, 3600 steps", "adamw(lr=2e-3, weight_decay=2e-2", "cosine(warmup=5, warmup_lr=1e-4",
      "random_crop(padding=1)", "rand_augment(m=7)", "mixup_cutmix(mixup=0.8, cutmix=1)",
      "USI's for 8×8 grey pictures", "ema=true averages the weights",
    ] { #expect(usual.contains(text), "\(text)\n\(usual)") }
    let short = sitting.run("r = usi(student, teacher, data, epochs=2, batch=64)")
    #expect(short.contains("is cut to") && short.contains("given; USI has 300"))
    let own = sitting.run(
      """
      r = usi(student, teacher, data, epochs=1, batch=64, goal=ce() + kd(T=2), \
      optimizer=ranger(), schedule=constant(), augment=none, ema=none, clip=1, cache=true, seed=4, \
      quiet=true)
      r.script
      """)
    for text in [
      "ce() + kd(T=2)", "ranger(", "constant()", "batch=64", "seed=4", "clip=clip_norm(1)",
      "cache=true",
    ] { #expect(own.contains(text), "\(text)\n\(own)") }
    #expect(!own.contains("augment=") && !own.contains("ema="), "\(own)")
  }

  @Test("a student that drops is refused unless it may")
  func drops() {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    let call = "usi(mobilenetv2_050(classes=10, channels=1, drop_rate=0.2), teacher, data, batch=64"
    #expect(sitting.failure("\(call))")?.message.contains("dropout 0.2") == true)
    #expect(sitting.run("\(call), drop=true)").contains("dropout 0.2"))
    let scenes = sitting.failure(
      """
      usi(pspnet_resnet8(classes=3), pspnet_resnet8(classes=3), scenes(digits=2, train=8, test=2, \
      size=32), batch=4)
      """)
    #expect(scenes?.message.contains("dropout 0.1") == true)
    #expect(scenes?.lines.joined().contains("drop_rate=0") == true)
  }

  @Test("the batch is measured, the run is as it was, and the record has the number")
  func measuring() throws {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    let plan = sitting.run("before = student.clone(); r = usi(student, teacher, data, epochs=1)")
    #expect(plan.contains("batch measured: 16: ") && plan.contains("measured on this machine"))
    let measured = try run(sitting, "r")
    #expect(measured.steps == 0 && measured.student.past.isEmpty)
    #expect(measured.record.script.contains("batch=\(measured.batch), epochs=1"))
    // What was measured leaves no trace: a run that was told the number is the same.
    sitting.run("a = usi(before, teacher, data, epochs=1, batch=\(measured.batch)); step a, 3")
    sitting.run("step r, 3")
    let told = try run(sitting, "a")
    #expect(measured.log == told.log && measured.log["loss"]?.values.count == 3)
    #expect(
      zip(measured.student.weights, told.student.weights).allSatisfy { $0.values == $1.values })
  }

  @Test("a control is the same run without the teacher: mixed labels, seed, plan, average")
  func control() throws {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    sitting.run("r = usi(student, teacher, data, epochs=1, batch=128); step r, 3; c = control(r)")
    let (run, control) = (try run(sitting, "r"), try run(sitting, "c"))
    #expect(control.goal.script == "ce()" && control.teacher == nil && control.steps == 3)
    #expect(control.augmentation.script == run.augmentation.script)
    #expect(control.optimizer.script == run.optimizer.script)
    #expect(control.schedule.script == run.schedule.script && control.seed == run.seed)
    #expect(control.averaging == run.averaging && control.batch == run.batch)
    let (mine, others) = (try run.nextBatch(), try control.nextBatch())
    #expect(mine.mixes == others.mixes && mine.images.values == others.images.values)
  }
}
