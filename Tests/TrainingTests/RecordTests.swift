import Catalog
import Datasets
import Foundation
import Losses
import Models
import Optimizers
import TestSupport
import Testing
import Training

/// The session that a run writes of itself.
@Suite struct RecordTests {
  @Test func scriptIsTheWholeSession() throws {
    let run = try Bench.run()
    try run.take(2)
    #expect(
      try run.setMember("goal", to: .object(try Bench.call("ce", as: Goal.self))))
    #expect(try run.setMember("epochs", to: .number(7)))
    try run.take(1)
    try run.take(2)
    #expect(
      run.record.script == """
        student = resnet8(classes=4, channels=1)
        data = bench()
        teacher = mlp(classes=4, hidden=[16], channels=1, size=8, seed=1)
        run = distill(student, teacher, data, ce() + 5*kd(T=2), \
        optimizer=sgd(lr=0.05, momentum=0.9, weight_decay=0, nesterov=false, dampening=0), \
        schedule=onecycle(0.05), batch=8, epochs=4, augment=random_crop(padding=2), seed=3)
        step run, 2
        run.goal = ce()
        run.epochs = 7
        step run, 3
        """)
    #expect(run.member("script")?.line() == run.record.script)
  }

  @Test func trainingWithoutATeacher() throws {
    let run = try Bench.run { setup in
      setup.teacher = nil
      setup.goal = try Bench.call("ce")
      setup.optimizer = try Bench.call("adamw", ["lr": .number(0.002)])
      setup.schedule = .usual
      setup.augmentation = .none
      setup.seed = 0
      setup.shuffle = false
    }
    #expect(
      run.record.script == """
        student = resnet8(classes=4, channels=1)
        data = bench()
        run = train(student, data, ce(), optimizer=adamw(lr=0.002, beta1=0.9, beta2=0.999, \
        eps=1e-08, weight_decay=0.01), schedule=cosine(), batch=8, epochs=4, shuffle=false)
        """)
  }

  @Test func trainedTeacherBringsItsPast() throws {
    let first = try Bench.run { setup in
      setup.student = try Bench.teacher()
      setup.teacher = nil
      setup.goal = try Bench.call("ce")
    }
    try first.take(3)
    let run = try Bench.run { $0.teacher = first.student }
    try run.take(1)
    let lines = run.record.script.split(separator: "\n")
    #expect(lines.count == 7)
    #expect(lines[2] == "teacher = mlp(classes=4, hidden=[16], channels=1, size=8, seed=1)")
    #expect(lines[3].hasPrefix("run = train(teacher, data, ce(), "))
    #expect(lines[4] == "step run, 3")
    #expect(lines[5].hasPrefix("run_2 = distill(student, teacher, data, "))
    #expect(lines[6] == "step run_2, 1")
    // What happens to the teacher's run afterwards is not part of what this one was made from.
    #expect(run.record.script.components(separatedBy: "data = ").count == 2)
  }

  @Test func loadedWeightsAreLoadedAgain() throws {
    let run = try Bench.run { setup in
      setup.student.past.append(LoadedPast(path: "a.safetensors", strict: true))
      setup.teacher?.past.append(
        LoadedPast(path: "b.safetensors", strict: false, prefix: "module."))
    }
    let lines = run.record.script.split(separator: "\n")
    #expect(lines[1] == "load student, \"a.safetensors\"")
    #expect(lines[4] == "load teacher, \"b.safetensors\", strict=false, prefix=\"module.\"")
  }

  @Test func membersAreReadAndChecked() throws {
    let run = try Bench.run()
    try run.take(1)
    for name in run.memberNames { #expect(run.member(name) != nil, "\(name)") }
    #expect(run.member("nonsense") == nil)
    #expect(try !run.setMember("steps", to: .number(1)))
    #expect(try !run.setMember("student", to: .number(1)))
    let wrong: [(String, Value)] = [
      ("goal", .number(1)), ("optimizer", .string("sgd")), ("schedule", .none),
      ("augment", .number(2)), ("epochs", .number(0)), ("epochs", .number(1e18)),
      ("epochs", .number(1.5)),
      ("epochs", .string("3")),
    ]
    let script = run.record.script
    for (name, value) in wrong {
      let failure = #expect(throws: Failure.self, "\(name)") {
        try run.setMember(name, to: value)
      }
      #expect(failure?.message.contains("run.\(name)") == true)
    }
    #expect(run.record.script == script)
    let plain = try Bench.run {
      $0.teacher = nil
      $0.goal = try Bench.call("ce")
    }
    let failure = #expect(throws: Failure.self) {
      try plain.setMember("goal", to: .object(try Bench.call("kd", as: Goal.self)))
    }
    #expect(failure?.kind == .state)
  }

  @Test func partsThatDoNotGoTogetherAreRefused() throws {
    let other: Model = try Bench.call("resnet8", ["classes": .number(5), "channels": .number(1)])
    let colour: Model = try Bench.call("resnet8", ["classes": .number(4)])
    let few: Model = try Bench.call("resnet8", ["classes": .number(3), "channels": .number(1)])
    let wrong: [(String, (inout RunSetup) throws -> Void)] = [
      ("the student resnet8 takes 3 channels, bench has 1", { $0.student = colour }),
      ("the teacher resnet8 takes 3 channels, bench has 1", { $0.teacher = colour }),
      ("the student resnet8 has 3 classes, bench has 4", { $0.student = few }),
      ("the teacher has 5 classes, the student 4", { $0.teacher = other }),
      ("student and teacher are the same model", { $0.teacher = $0.student }),
      ("the goal ce() + 5*kd(T=2) needs a teacher", { $0.teacher = nil }),
      ("'batch' must be in 1..1000000000, got 0", { $0.batch = 0 }),
      ("'batch' must be in 1..1000000000, got \(Int.max)", { $0.batch = .max }),
      ("'epochs' must be in 1..1000000000, got \(Int.max)", { $0.epochs = .max }),
    ]
    for (message, change) in wrong {
      let failure = #expect(throws: Failure.self, "\(message)") { try Bench.run(change) }
      #expect(failure?.message == message)
    }
  }

  @Test func lineSaysWhereItStands() throws {
    let run = try Bench.run()
    #expect(run.line == "resnet8 ← mlp on bench, ce() + 5*kd(T=2), step 0 of 12")
    try run.take(1)
    #expect(run.line.contains("step 1 of 12, loss "))
  }
}
