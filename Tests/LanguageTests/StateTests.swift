import Catalog
import Language
import Testing

@Suite struct StateTests {
  @Test func assignmentsToElementsAndMembers() throws {
    #expect(
      try shows("x = [1, [2, 3]]; y = x; x[1][0] = 9; x[-2] = 8; [x, y]")
        == "[[8, [9, 3]], [1, [2, 3]]]")
    #expect(try shows("r = run(); r.rate = 0.5; r.rate") == "0.5")
    #expect(try shows("r = run(); r.layers[0] = 1; r.layers") == "[1, 32]")
    #expect(try shows("r = run(); r.me.me.rate = 2; r.rate") == "2")
    #expect(try shows("r = run(); q = r; q.goal = kd(T=2); r.goal") == "kd(T=2)")
    #expect(try shows("l = [run(), run()]; l[1].rate = 3; [l[0].rate, l[1].rate]") == "[0.1, 3]")
    #expect(try shows("x = [0] * 100\nfor i in 0..99 { x[i] = i * i }\nx[99]") == "9801")
  }

  @Test func functions() throws {
    #expect(try shows("def f(a, b=2) { return a * b }\nf(3)") == "6")
    #expect(try shows("def f(a, b=2) { return a * b }\nf(3, b=5)") == "15")
    #expect(try shows("def f(a) { return a + k }\nk = 10\nf(1)") == "11")
    #expect(try shows("k = 1\ndef f() { k = 5\n return k }\n[f(), k]") == "[5, 1]")
    #expect(
      try shows("def f(x) { if x > 0 { return \"up\" }\n return \"down\" }\n[f(1), f(-1)]")
        == "[\"up\", \"down\"]")
    #expect(try shows("def f(l) { for x in l { if x > 2 { return x } } }\nf([1, 5, 3])") == "5")
    #expect(try shows("def f() { 1 + 1 }\nf()") == "")
    #expect(try shows("def f(a) { return a }\n4.f()") == "4")
    #expect(try shows("def f(a) { return a }\nf 4") == "4")
    #expect(try shows("def f(a, b=[1, 2]) { return a }\nf?; [f]") == "help of f | [f(a, b=[1, 2])]")
    #expect(try shows("def g() { return 1 }\ndef f() { return g() + g() }\nf()") == "2")
    #expect(try shows("def f(r) { r.rate = 7 }\nr = run(); f(r); r.rate") == "7")
    #expect(try shows("def f(l) { l[0] = 7\n return l }\nl = [1]; [f(l), l]") == "[[7], [1]]")
  }

  @Test func aFailedStatementChangesNothing() throws {
    let sitting = Sitting()
    try sitting.run("a = 1; l = [1, 2, 3]")
    let failing = [
      "for i in 1..10 { a = i; l[0] = i; new = i; if i == 5 { nowhere } }",
      "if true { a = 5; forget l; shout }",
      "l[1] = [1][4]", "l[7] = 1", "a = shout()", "def f(x=nowhere) { }",
      "replay \"a = 7; nowhere\"", "b = [i for i in [1, 2, nowhere]]",
    ]
    for code in failing {
      #expect(sitting.failure(code).hasPrefix("error: "))
      #expect(sitting.evaluator.variables.map(\.name) == ["a", "l"])
      #expect(try sitting.run("[a, l]") == ["[1, [1, 2, 3]]"])
    }
    // The statements before the failed one stay done.
    #expect(sitting.failure("a = 2\nb = 3\nnowhere").hasPrefix("error: unknown name 'nowhere'"))
    #expect(try sitting.run("[a, b]") == ["[2, 3]"])
    // A text with a syntax error is not begun.
    #expect(sitting.failure("a = 9\nb = )").hasPrefix("error: "))
    #expect(try sitting.run("[a, b]") == ["[2, 3]"])
  }

  @Test func goingOnAfterFailures() throws {
    let sitting = Sitting()
    var failures: [String] = []
    var shown: [String] = []
    try sitting.evaluator.run(
      SourceText("a = 1\nnowhere\na = a + 1\nfor i in 1..2 { a = 9; shout }\na"),
      show: { value, _ in shown.append(value.line()) },
      recover: {
        failures.append($0.message)
        return true
      })
    #expect(failures == ["unknown name 'nowhere'", "nothing works today"])
    #expect(shown == ["2"])
  }

  @Test func variables() throws {
    let sitting = Sitting()
    try sitting.run("b = 1; a = 2; b = 3")
    #expect(sitting.evaluator.variables.map(\.name) == ["b", "a"])
    let kept = sitting.evaluator.snapshot()
    sitting.evaluator.set("c", to: .string("x"))
    #expect(sitting.evaluator.forget("b"))
    #expect(!sitting.evaluator.forget("b"))
    #expect(sitting.evaluator.variables.map(\.name) == ["a", "c"])
    #expect(sitting.evaluator.value(of: "c")?.line() == "x")
    sitting.evaluator.restore(kept)
    #expect(sitting.evaluator.variables.map { $0.value.line() } == ["3", "2"])
  }

  @Test func nestedPrograms() throws {
    let sitting = Sitting()
    try sitting.run("def f() { x = 1\n replay \"x = 5\"\n return x }\ny = f()")
    // What is replayed runs in the session, not in the function that replays it.
    #expect(try sitting.run("[x, y]") == ["[5, 1]"])
    #expect(sitting.evaluator.currentStatement == "")
    #expect(sitting.failure("def g() { replay \"g()\" }\ng()").hasPrefix("error: g calls itself"))
  }

  @Test func programsThatReplayThemselves() {
    let text = Sitting().failure("s = \"replay(s)\"; replay(s)")
    #expect(text.hasPrefix("error: scripts replay one another without end"))
  }

  @Test func changesOfObjectsAreAnnounced() throws {
    let sitting = Sitting()
    var log: [String] = []
    sitting.evaluator.willChange = { log.append("change " + $0.line) }
    sitting.evaluator.didEnd = { log.append($0 ? "kept" : "undone") }
    try sitting.run("r = run(); r.rate = 2\nr.layers[0] = 1")
    #expect(log == ["kept", "change run of rate 0.1", "kept", "change run of rate 2", "kept"])
    log = []
    #expect(sitting.failure("if true { r.rate = 3; nowhere }").hasPrefix("error: "))
    #expect(log == ["change run of rate 2", "undone"])
    log = []
    // What a statement replays belongs to that statement.
    try sitting.run("replay \"r.rate = 4; r.rate = 5\"")
    #expect(log == ["change run of rate 3", "change run of rate 4", "kept"])
    log = []
    sitting.evaluator.interruption = { throw Failure(.interrupted, "interrupted") }
    #expect(sitting.failure("1") == "interrupted")
    #expect(log == ["kept"])
  }

  @Test func evaluateOneExpression() throws {
    let sitting = Sitting()
    try sitting.run("x = 4")
    #expect(try sitting.evaluator.evaluate(SourceText("x * 2")).line() == "8")
    #expect(throws: Diagnostic.self) { try sitting.evaluator.evaluate(SourceText("x = 2")) }
    #expect(throws: Diagnostic.self) { try sitting.evaluator.evaluate(SourceText("1; 2")) }
    #expect(throws: Diagnostic.self) { try sitting.evaluator.evaluate(SourceText("")) }
  }
}
