import Catalog
import Language
import Testing

@Suite struct EvaluationTests {
  @Test(arguments: [
    ("1 + 1", "2"), ("1/4", "0.25"), ("2 ** 10", "1024"), ("-2 ** 2", "-4"), ("(-2) ** 2", "4"),
    ("2 ** -1", "0.5"), ("2 ** 3 ** 2", "512"), ("2 ** -2 ** 2", "0.0625"), ("- - 3", "3"),
    ("--3 - -3", "6"), ("1 - 2 - 3", "-4"), ("8 / 4 / 2", "1"), ("1 + 2 * 3", "7"),
    ("(1 + 2) * 3", "9"), ("7 % 3", "1"), ("-7 % 3", "2"), ("7 % -3", "-2"), ("5.5 % 2", "1.5"),
    ("1/0", "inf"), ("-1/0", "-inf"), ("0/0", "nan"), ("5 % 0", "nan"), ("0.1 + 0.2", "0.3"),
    ("1_000 + 0.5", "1000.5"), ("2e-3", "0.002"), ("5. + 1", "6"), ("1E3", "1000"),
  ])
  func arithmetic(code: String, value: String) throws {
    #expect(try shows(code) == value)
  }

  @Test(arguments: [
    ("1 < 2", "true"), ("2 <= 2", "true"), ("1 == 1.0", "true"), ("1 != 2", "true"),
    ("\"a\" < \"b\"", "true"), ("[1, 2] < [1, 3]", "true"), ("[1] < [1, 0]", "true"),
    ("[1, [2]] == [1, [2]]", "true"), ("1 == \"1\"", "false"), ("none == none", "true"),
    ("0/0 == 0/0", "false"), ("0/0 >= 0/0", "false"), ("1..3 == [1, 2, 3]", "true"),
    ("3..1 == []", "true"), ("true and false", "false"),
    ("[True, False, None]", "[true, false, none]"), ("not False", "true"),
    ("true or nowhere", "true"),
    ("false and nowhere", "false"), ("not true", "false"), ("not not true", "true"),
    ("not 1 == 2", "true"), ("true or true and false", "true"), ("run() == run()", "false"),
    ("kd == kd", "true"), ("not true or true", "true"), ("1 + 1 == 2 and 2 > 1", "true"),
  ])
  func logic(code: String, value: String) throws {
    #expect(try shows(code) == value)
  }

  @Test(arguments: [
    ("[1, 4, 9]", "[1, 4, 9]"), ("[1, \"a\", [true]]", "[1, \"a\", [true]]"), ("\"a\"", "a"),
    ("[]", "[]"), ("[1, 2,]", "[1, 2]"), ("[10, 20, 30][1]", "20"), ("[10, 20, 30][-1]", "30"),
    ("\"héllo\"[1]", "é"), ("(5..9)[-1]", "9"), ("1..3", "1..3"), ("1+1..2*2", "2..4"),
    ("[i ** 2 for i in 1..4]", "[1, 4, 9, 16]"),
    ("[i for i in 1..9 if i % 2 == 0]", "[2, 4, 6, 8]"),
    ("[[i*j for j in 1..2] for i in 1..2]", "[[1, 2], [2, 4]]"), ("[1] + [2]", "[1, 2]"),
    ("[0] * 3", "[0, 0, 0]"), ("\"ab\" * 2", "abab"), ("\"a\" + 'b'", "ab"),
    ("[1] + (2..3)", "[1, 2, 3]"), ("[c for c in \"abc\"]", "[\"a\", \"b\", \"c\"]"),
    ("[x for x in run()]", "[0, 10, 20]"), ("run()[2]", "20"), ("[3, 1][0] - [1][0]", "2"),
    ("\"\\u{e9}\\n\\t\\\\\\\"\"", "é\n\t\\\""),
  ])
  func lists(code: String, value: String) throws {
    #expect(try shows(code) == value)
  }

  @Test(arguments: [
    ("ce() + 5*kd(T=1)", "ce() + 5*kd(T=1)"), ("kd(T=4)*2", "2*kd(T=4)"),
    ("-kd()", "-1*kd(T=1)"), ("kd() / 4", "0.25*kd(T=1)"), ("ce() - kd()", "ce() + -1*kd(T=1)"),
    ("run().goal", "ce()"), ("run().layers[1]", "32"), ("3.scale()", "6"),
    ("3.scale(by=3)", "9"), ("[1, 2].len()", "2"), ("\"ab\".len()", "2"),
    ("run().describe()", "run of rate 0.1"), ("run().tag(\"x\")", "tagged x"),
    ("run().me.me.steps", "7"), ("(scale)(4)", "8"), ("scale(by=5, x=1)", "5"),
    ("scale(1 by=3)", "3"), ("scale 4", "8"), ("scale 4 by=3", "12"), ("scale x=4, by=3", "12"),
    ("reduce([1, 3], to=\"sum\")", "4"), ("f = scale; f(2)", "4"),
    ("resnet_18(10)", "resnet18 of 10 classes"),
  ])
  func calls(code: String, value: String) throws {
    #expect(try shows(code) == value)
  }

  @Test func commandFormIsDecidedByTokenKinds() throws {
    #expect(try shows("f = 5; f -1") == "4")
    #expect(try shows("plot = [4, 5]; plot [1]") == "5")
    #expect(try shows("scale(-1)") == "-2")
    #expect(fails("scale -1").hasPrefix("error: cannot subtract 1 from the function 'scale'"))
    #expect(try shows("str \"a\" ") == "a")
    #expect(try shows("str true") == "true")
    #expect(try shows("str none") == "none")
    #expect(try shows("len [4, 5, 6]") == "3")
    #expect(try shows("len [i for i in 1..4]") == "4")
    #expect(try shows("reduce [1, 3], to=\"sum\"") == "4")
    #expect(try shows("reduce [1 + 3], to=\"sum\"") == "4")
    #expect(try shows("x = [[1, 2], 3]; x [0][1]") == "2")
    #expect(fails("len[4, 5]").contains("expected ']'"))
  }

  @Test func bareNames() throws {
    let sitting = Sitting()
    try sitting.run("step\nstep 3\nfor i in 1..2 { step }")
    #expect(sitting.calls == 6)
    #expect(try shows("def two() { return 2 }\ntwo") == "2")
    #expect(try shows("x = step\nx2 = 4\nx2") == "4")
    // A variable that is no function does not hide the call of its name.
    #expect(try shows("scale = 3\nscale") == "3")
    #expect(try shows("scale = 3\nscale(scale)") == "6")
    #expect(try shows("len = [1, 2]; len.len()") == "2")
  }

  @Test func whatIsShown() throws {
    let sitting = Sitting()
    try sitting.run("1; 2\n3;\n4 ;# quiet\nnone\nx = 5\nx\nif true { 6 }\n7")
    #expect(sitting.shown == ["1", "2", "5", "7"])
    #expect(sitting.lasts == [false, false, false, true])
    try sitting.run("8;")
    #expect(sitting.shown.count == 4)
    try sitting.run("9\nx = 1")
    #expect(sitting.lasts.last == false)
  }

  @Test func blocks() throws {
    #expect(try shows("s = 0\nfor i in 1..100 { s = s + i }\ns") == "5050")
    #expect(try shows("for i in 3..1 { x = 1 }\nx = 2; x") == "2")
    #expect(try shows("if 1 > 2 { x = 1 } else if 2 > 1 { x = 2 } else { x = 3 }\nx") == "2")
    #expect(try shows("if false {\nx = 1\n}\nelse {\nx = 2\n}\nx") == "2")
    #expect(
      try shows("x = []\nfor a in [1, 2] { for b in \"uv\" { x = x + [[a, b]] } }\nx")
        == "[[1, \"u\"], [1, \"v\"], [2, \"u\"], [2, \"v\"]]")
    #expect(try shows("for i in 1..3 { }\ni") == "3")
    #expect(try shows("i = 9; x = [i for i in 1..3]; i") == "9")
  }

  @Test func lazyRangesCanBeInterrupted() throws {
    let sitting = Sitting()
    var looks = 0
    sitting.evaluator.interruption = {
      looks += 1
      if looks > 1000 { throw Failure(.interrupted, "interrupted") }
    }
    let text = sitting.failure("for i in 1..1000000000 { n = i }")
    #expect(text == "interrupted")
    // Whole steps done so far are kept.
    #expect(sitting.evaluator.value(of: "n")?.line() == "999")
    sitting.evaluator.interruption = {}
    #expect(try sitting.run("n") == ["999"])
  }

  @Test func lines() throws {
    #expect(try shows("x = [\n  1,\n  2\n]\nx") == "[1, 2]")
    #expect(try shows("x = 1 +\n  2\nx") == "3")
    #expect(try shows("x = scale(\n 1, # one\n by=3)\r\nx") == "3")
    #expect(try shows("# only a comment") == "")
    #expect(try shows("") == "")
    #expect(try shows("1\r\n2\r3") == "1 | 2 | 3")
    #expect(try shows("\u{FEFF}1 +\u{A0}1") == "2")
    #expect(try shows("s = \"a\nb\"; len(s)") == "3")
    #expect(try shows("αβ_1 = 2; αβ_1") == "2")
    #expect(try shows("print(1,\n2)\n\n\n3") == "3")
  }

  @Test func help() throws {
    #expect(try shows("kd?") == "help of kd")
    #expect(try shows("x = 3; x?") == "help of x")
    #expect(try shows("nothing?") == "help of nothing")
    #expect(try shows("for?") == "help of for")
    #expect(
      try shows("help for; help not; help else") == "help of for | help of not | help of else")
    #expect(try shows("help none") == "help for none")
    #expect(try shows("r = run(); r.steps?") == "help for 7")
    #expect(try shows("help kd") == "help of kd")
    #expect(try shows("help \"soft targets\"") == "help for \"soft targets\"")
    #expect(try shows("a = 1; b = 2; forget a, b; forget?") == "help of forget")
    #expect(fails("forget a").hasPrefix("error: no variable 'a'"))
  }
}
