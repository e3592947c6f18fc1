import Catalog
import Language
import Testing

@Suite struct CallTests {
  @Test(arguments: [
    ("format(\"{}\", 1)", "1"), ("format(\"{} {}\", 1, \"a\")", "1 a"),
    ("format(\"{1} {0}\", 1, 2)", "2 1"), ("format(\"{a}-{b}\", a=1, b=[2])", "1-[2]"),
    ("format(\"{:.2f}\", 3.14159)", "3.14"), ("format(\"{:.0f}\", 2.5)", "2"),
    ("format(\"{:8.3f}|\", 3.14159)", "   3.142|"), ("format(\"{:<8}|\", \"ab\")", "ab      |"),
    ("format(\"{:>8}|\", \"ab\")", "      ab|"), ("format(\"{:^7}|\", \"ab\")", "  ab   |"),
    ("format(\"{:*^7}|\", \"ab\")", "**ab***|"), ("format(\"{:8}|\", \"ab\")", "ab      |"),
    ("format(\"{:8}|\", 12)", "      12|"), ("format(\"{:08.2f}\", -3.5)", "-0003.50"),
    ("format(\"{:+}\", 3)", "+3"), ("format(\"{: }\", 3)", " 3"),
    ("format(\"{:+.1e}\", 12345)", "+1.2e+04"),
    ("format(\"{:,}\", 1234567)", "1,234,567"), ("format(\"{:,.2f}\", 1234.5)", "1,234.50"),
    ("format(\"{:_}\", -1234567)", "-1_234_567"), ("format(\"{:%}\", 0.5)", "50.000000%"),
    ("format(\"{:.1%}\", 0.9134)", "91.3%"), ("format(\"{:e}\", 1)", "1.000000e+00"),
    ("format(\"{:E}\", 1)", "1.000000E+00"), ("format(\"{:g}\", 0.00001)", "1e-05"),
    ("format(\"{:.3}\", 3.14159)", "3.14"), ("format(\"{:.3g}\", 1234567)", "1.23e+06"),
    ("format(\"{:d}\", 42)", "42"),
    ("format(\"{:x} {:X} {:o} {:b}\", 255, 255, 8, 5)", "ff FF 10 101"),
    ("format(\"{:.3}\", \"abcdef\")", "abc"), ("format(\"{{}} {{{}}}\", 1)", "{} {1}"),
    ("format(\"{:.2f} {:.2f}\", 1/0, 0/0)", "inf nan"), ("format(\"{}\", true)", "true"),
    ("format(\"{:>6}\", none)", "  none"), ("format(\"{:s}\", 1)", "1"),
    ("\"{}!\".format(1)", "1!"),
    ("format(\"{:4}|\", \"火\")", "火  |"), ("format(\"plain\")", "plain"),
    ("format(\"{:,}\", 100)", "100"),
    ("format(\"{0}{0}\", 7)", "77"), ("format(\"{:5d}\", 1e20)", "100000000000000000000"),
  ])
  func format(code: String, text: String) throws {
    #expect(try shows(code) == text)
  }

  @Test(arguments: [
    ("format(\"{\")", "format: a single '{' in the template"),
    ("format(\"}\")", "format: a single '}' in the template"),
    ("format(\"{}\")", "format: field 0 has no value: 0 values are given"),
    ("format(\"{1}\", 2)", "format: field 1 has no value: 1 value is given"),
    ("format(\"{a}\", 2)", "format: nothing is given for '{a}'"),
    ("format(\"{:q}\", 2)", "format: cannot read 'q'"),
    ("format(\"{:.f}\", 2)", "format: cannot read '.f'"),
    ("format(\"{:d}\", 2.5)", "format: 'd' needs a whole number, got 2.5"),
    ("format(\"{:.2f}\", \"a\")", "format: 'f' needs a number, got \"a\""),
    (
      "format(\"{:99999999999999999999}\", 2)",
      "format '99999999999999999999': at most 1000 columns or digits"
    ),
  ])
  func formatErrors(code: String, message: String) {
    #expect(fails(code).hasPrefix("error: \(message)\n"))
  }

  @Test(arguments: [
    ("len([1, 2])", "2"), ("len(1..1000000000)", "1000000000"), ("len(\"héé\")", "3"),
    ("len(3..1)", "0"), ("len(run())", "3"), ("min(3, 1, 2)", "1"), ("max([3, 1, 2])", "3"),
    ("min(\"b\", \"a\")", "a"), ("max(1..5)", "5"), ("max(run())", "20"), ("max(1, 0/0)", "nan"),
    ("max([1, 2], [1, 3])", "[1, 3]"), ("sum([1, 2, 3])", "6"), ("sum(1, 2)", "3"),
    ("sum([])", "0"),
    ("sum(1..1000000)", "500000500000"), ("mean(1..4)", "2.5"), ("mean([])", "nan"),
    ("median([3, 1, 2])", "2"), ("median([1, 4, 2, 3])", "2.5"),
    ("median([])", "nan"),
    ("std([1, 2, 3, 4])", "1.29099444874"), ("std([1, 2, 3, 4], ddof=0)", "1.11803398875"),
    ("std([5])", "nan"), ("abs(-3)", "3"), ("abs([-1, 2])", "[1, 2]"), ("sqrt(16)", "4"),
    ("sqrt(-1)", "nan"), ("exp(0)", "1"), ("log(1)", "0"), ("log(8, base=2)", "3"),
    ("log(1000, 10)", "3"), ("log(27, base=3)", "3"), ("log(0)", "-inf"), ("round(2.5)", "2"),
    ("round(3.5)", "4"), ("round(-2.6)", "-3"), ("round(3.14159, 2)", "3.14"),
    ("round(2.675, digits=2)", "2.67"), ("round(1234, -2)", "1200"), ("round(1/0)", "inf"),
    ("sort([3, 1, 2])", "[1, 2, 3]"), ("sort([3, 1, 2], reverse=true)", "[3, 2, 1]"),
    ("sort([\"b\", \"a\"])", "[\"a\", \"b\"]"), ("sort([])", "[]"), ("range(3)", "0..2"),
    ("[i for i in range(3)]", "[0, 1, 2]"), ("range(1, 4)", "1..3"),
    ("range(1, 8, 3)", "[1, 4, 7]"),
    ("range(5, 1, -2)", "[5, 3]"), ("range(0, 1, 0.25)", "[0, 0.25, 0.5, 0.75]"),
    ("range(3, 1)", "3..0"),
    ("len(range(0))", "0"), ("zip([1, 2], \"ab\")", "[[1, \"a\"], [2, \"b\"]]"),
    ("zip([1, 2], [3])", "[[1, 3]]"), ("zip()", "[]"), ("str(0.5) + \"x\"", "0.5x"),
    ("str([1, \"a\"])", "[1, \"a\"]"), ("number(\"1_000.5\")", "1000.5"),
    ("number(\" -2e3 \")", "-2000"),
    ("number(true)", "1"), ("number(\"inf\")", "inf"), ("number(\"+3\")", "3"),
    ("type(1)", "number"),
    ("type(run())", "run"), ("type(none)", "none"), ("type(kd)", "function"),
    ("type(1..2)", "range"),
    ("keys(run())", "[\"rate\", \"layers\", \"goal\", \"steps\", \"tag\", \"me\"]"),
    ("keys(3)", "[]"),
    ("sort([1, 0/0, 2]).len()", "3"), ("[3, 1].max()", "3"), ("sum(run())", "30"),
  ])
  func base(code: String, value: String) throws {
    #expect(try shows(code) == value)
  }

  @Test func printing() throws {
    let sitting = Sitting()
    try sitting.run("print(\"a\", 1, [\"b\"], none)\nprint()\nprint(1, 2, sep=\"-\", end=\"!\")")
    #expect(sitting.printed == "a 1 [\"b\"] none\n\n1-2!")
    try sitting.run("warn(\"careful\")\nwarn 3")
    #expect(sitting.warned == "careful\n3\n")
    #expect(sitting.shown.isEmpty)
  }

  /// The catalogue's promise: every declaration's examples run in a fresh session.
  @Test func examplesRun() throws {
    for declaration in baseCalls.declarations {
      #expect(!declaration.examples.isEmpty, "\(declaration.name)")
      for example in declaration.examples { try Sitting().run(example) }
    }
  }

  @Test func summariesAreSentences() {
    for declaration in baseCalls.declarations {
      let texts = [declaration.summary] + declaration.arguments.map(\.summary)
      for text in texts {
        #expect(text.hasSuffix(".") && text.first?.isUppercase == true, "\(text)")
      }
    }
  }
}
