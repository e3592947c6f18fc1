import Catalog
import Language
import Testing

@Suite struct ErrorTests {
  @Test func theErrorOfTheManual() {
    let code = "a = 1\n\n\nstudent = resnet18(clases=10)"
    #expect(
      fails(code) == """
        error: resnet18 has no argument 'clases'
          4 | student = resnet18(clases=10)
            |                    ^^^^^^  did you mean 'classes'?
          resnet18(classes=1000, channels=3, weights=none)
        """)
  }

  @Test func placesOfArguments() {
    #expect(
      fails("resnet18(channels=1, classes=\"x\")") == """
        error: resnet18: 'classes' needs a whole number, got "x"
          1 | resnet18(channels=1, classes="x")
            |                              ^^^
          resnet18(classes=1000, channels=3, weights=none)
        """)
    #expect(
      fails("resnet18(0)") == """
        error: resnet18: 'classes' must be positive, got 0
          1 | resnet18(0)
            |          ^
        """)
    #expect(
      fails("resnet18(1, 2, none, 4)") == """
        error: resnet18 takes at most 3 arguments
          1 | resnet18(1, 2, none, 4)
            |                      ^
          resnet18(classes=1000, channels=3, weights=none)
        """)
    #expect(
      fails("x = \"a\"\ny = x.scale(3)") == """
        error: scale: 'x' needs a number, got "a"
          2 | y = x.scale(3)
            |     ^
          scale(x, by=2)
        """)
    #expect(
      fails("scale by=3") == """
        error: scale needs 'x': a number.
          1 | scale by=3
            | ^^^^^^^^^^
          scale(x, by=2)
        """)
    #expect(
      fails("reduce([1], to=\"summ\")") == """
        error: reduce: 'to': "summ" is not one of "mean", "sum"
          1 | reduce([1], to="summ")
            |                ^^^^^^  did you mean "sum"?
          reduce(values, to="mean")
        """)
    #expect(
      fails("shout(what=1)") == """
        error: nothing works today
          1 | shout(what=1)
            |            ^  try tomorrow
        """)
    #expect(
      fails("shout") == """
        error: nothing works today
          1 | shout
            | ^^^^^  try tomorrow
        """)
  }

  @Test(
    arguments: [
      ("resnt18(10)", "unknown name 'resnt18'", "did you mean 'resnet18'?"),
      ("value = 1; valeu", "unknown name 'valeu'", "did you mean 'value'?"),
      ("x = treu", "unknown name 'treu'", "did you mean 'true'?"),
      ("xyzzy", "unknown name 'xyzzy'", nil),
      ("1 + \"a\"", "cannot add 1 and \"a\"", "str(x) makes a string"),
      ("[1] - 2", "cannot subtract 2 from a list of 1", nil),
      ("\"a\" / 2", "cannot divide \"a\" by 2", nil),
      ("2 ** \"a\"", "cannot raise 2 to the power of \"a\"", nil),
      ("-[1]", "cannot negate a list of 1", nil),
      ("run() * run()", "cannot multiply a run by a run", nil),
      ("1 < \"a\"", "cannot order 1 and \"a\"", nil),
      ("if 1 { }", "'if' needs true or false, got 1", "compare it, as in x != 0"),
      (
        "not []", "'not' needs true or false, got an empty list",
        "compare its length, as in len(x) > 0"
      ),
      ("true and none", "'and' needs true or false, got none", "compare it, as in x == none"),
      ("for i in 3 { }", "'for' needs a list or a range, got 3", "a range is written 1..10"),
      ("1..2.5", "a range runs from one whole number to another, got 2.5", nil),
      ("1..2e300", "a range runs from one whole number to another, got 2e+300", nil),
      ("[1, 2][2]", "index 2 is out of range: the list has 2 elements", "the last is 1 or -1"),
      ("[][0]", "index 0 is out of range: the list is empty", nil),
      ("[1][\"a\"]", "an index is a whole number, got \"a\"", nil),
      ("[1][0.5]", "an index is a whole number, got 0.5", nil),
      ("3[0]", "a number has no elements", nil),
      ("x = 3; x(1)", "'x' is a number and cannot be called", nil),
      ("[1](2)", "a list cannot be called", nil),
      ("run().nosuch", "a run has no member 'nosuch'", nil),
      ("run().stepz", "a run has no member 'stepz'", "did you mean 'steps'?"),
      ("run().describe", "a run has no member 'describe'", "describe is a call: write .describe()"),
      ("run().steps(1)", "'steps' is a number and cannot be called", nil),
      ("run().broken", "the series is damaged", nil),
      ("\"a\".len", "a string has no members", "len is a call: write .len()"),
      ("3.nosuch()", "unknown name 'nosuch'", nil),
      ("r = run(); r.rate = -1", "rate must be positive", nil),
      ("r = run(); r.steps = 1", "'steps' of a run cannot be changed", nil),
      ("r = run(); r.stepz = 1", "a run has no member 'stepz'", "did you mean 'steps'?"),
      ("x = \"ab\"; x[0] = \"c\"", "the elements of a string cannot be changed", nil),
      ("x = 1; x[0] = 2", "a number has no elements", nil),
      ("y[0] = 2", "unknown name 'y'", nil),
      ("x = 1; x.y = 2", "a number has no members", nil),
      ("kd[0] = 1", "'kd' is not a variable", nil),
      ("def f(a) { return f(a) }; f(1)", "f calls itself", "use a loop: every script ends"),
      ("def f(a) { }; f()", "f needs 'a'", nil),
      ("def f(a) { }; f(1, 2)", "f takes at most 1 argument", nil),
      ("def f(abc) { }; f(abd=2)", "f has no argument 'abd'", "did you mean 'abc'?"),
      ("def f(a) { }; f(1, a=2)", "f: 'a' is given twice", nil),
      (
        "l = [1]; def f() { l[0] = 2 }; f()", "'l' lies outside of f",
        "copy it under another name first"
      ),
      ("len(3)", "a number has no length", nil),
      ("max()", "max of nothing: at least one value is needed", nil),
      ("sum([1, \"a\"])", "sum needs numbers, got \"a\"", nil),
      ("sort([1, \"a\"])", "sort cannot order \"a\" and 1", nil),
      ("number(\"abc\")", "\"abc\" is not a number", nil),
      ("range(1, 5, 0)", "range: 'step' must be a number other than 0, got 0", nil),
    ] as [(String, String, String?)])
  func messages(code: String, message: String, advice: String?) throws {
    do throws(Diagnostic) {
      try Sitting().run(code)
      Issue.record("no error")
    } catch {
      #expect(error.message == message)
      #expect(error.failure.advice == advice)
    }
  }

  @Test func operatorsAreUnderlined() {
    #expect(
      fails("x = 2\ny = (x + 1) * 3 + \"a\"") == """
        error: cannot add 9 and "a"
          2 | y = (x + 1) * 3 + "a"
            |                 ^  str(x) makes a string
        """)
  }

  @Test func namedPlaces() {
    let sitting = Sitting()
    #expect(
      sitting.failure("a = 1\n  nowhere + 1", origin: "runs/first.ath") == """
        error: unknown name 'nowhere'
          runs/first.ath:2:3
          2 |   nowhere + 1
            |   ^^^^^^^
        """)
    #expect(
      sitting.failure("replay \"1 +\"") == """
        error: the input ends where an expression is needed
          inner.ath:1:3
          1 | 1 +
            |   ^
        """)
  }

  @Test func errorsInFunctionsNameTheCallers() throws {
    let sitting = Sitting()
    try sitting.run("def inner(x) {\n  return x + none\n}\ndef outer(x) { return inner(x) }")
    #expect(
      sitting.failure("\nouter(3)") == """
        error: cannot add 3 and none
          2 |   return x + none
            |            ^
          in inner, called from line 4
          in outer, called from line 2
        """)
  }

  @Test func wideLinesAndLetters() {
    let long = "x = [" + String(repeating: "1, ", count: 200) + "nowhere, 2]"
    let lines = Sitting().failure(long, width: 60).split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 60 })
    #expect(lines[1].contains("nowhere"))
    let caret = lines[2].firstIndex(of: "^").map {
      lines[2].distance(from: lines[2].startIndex, to: $0)
    }
    let word = lines[1].range(ofWord: "nowhere")
    #expect(caret == word)
    // Wide letters take two columns, tabs and escapes one.
    #expect(
      fails("\"火火\" + \"\u{1B}\" +\t3") == """
        error: cannot add "火火\\u{1b}" and 3
          1 | "火火" + " " + 3
            |              ^  str(x) makes a string
        """)
  }

  @Test func longAdviceAndUsageAreWrapped() {
    let text = Sitting().failure("resnet18(clases=10, channels=1, weights=none)", width: 44)
    #expect(
      text == """
        error: resnet18 has no argument 'clases'
          1 | resnet18(clases=10, channels=1, weig…
            |          ^^^^^^
            |          did you mean 'classes'?
          resnet18(classes=1000, channels=3,
            weights=none)
        """)
  }

  @Test func namesOfErrors() {
    func name(_ code: String) -> String? {
      do throws(Diagnostic) {
        try Sitting().run(code)
        return nil
      } catch { return error.name }
    }
    #expect(name("x = )") == "SyntaxError")
    #expect(name("nowhere") == "NameError")
    #expect(name("resnet18(clases=1)") == "ArgumentError")
    #expect(name("1 + none") == "TypeError")
    #expect(name("[1][1]") == "IndexError")
    #expect(name("1") == nil)
  }
}

extension String {
  /// Offset of a word in letters.
  fileprivate func range(ofWord word: String) -> Int? {
    indices.first { self[$0...].hasPrefix(word) }.map { distance(from: startIndex, to: $0) }
  }
}
