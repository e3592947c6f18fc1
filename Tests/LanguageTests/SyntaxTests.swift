import Catalog
import Language
import Testing

@Suite struct SyntaxTests {
  @Test(
    arguments: [
      ("x = )", "')' closes nothing", nil),
      ("x = (1]", "']' does not close '('", nil),
      ("1 2", "unexpected '2'", nil),
      ("scale x y", "unexpected 'y'", "put commas between arguments"),
      ("scale 1 \"a\"", "unexpected a string", "put commas between arguments"),
      ("a = b = 1", "unexpected '='", "'==' compares"),
      ("f(1) = 2", "unexpected '='", "a call cannot be assigned to"),
      ("1 = 2", "unexpected '='", "only a name, x.member or x[i] can be assigned to"),
      ("if x = 1 { }", "unexpected '='", "'==' compares"),
      ("x += 1", "expected an expression, got '='", "write x = x + 1"),
      ("7 // 2", "expected an expression, got '/'", "there is one division, '/'"),
      ("1 + not x", "unexpected 'not'", "put 'not …' into parentheses"),
      ("1 < 2 < 3", "comparisons cannot be chained", "join two with 'and'"),
      ("1..2..3", "a range has two ends", "as in 1..9"),
      ("(1, 2)", "expected ')', got ','", "lists stand in square brackets"),
      ("f(a=1, 2)", "an argument without a name cannot follow 'a='", "put it first, or name it"),
      ("f(1 2)", "expected ',' or ')', got '2'", nil),
      ("[1 2]", "expected ',' or ']', got '2'", nil),
      ("x[1, 2]", "expected ']', got ','", nil),
      ("x[]", "expected an expression, got ']'", nil),
      ("for = 1", "expected a name, got '='", nil),
      ("for in 1..2 { }", "'in' is a word of the language and cannot be a name", nil),
      ("for i of x { }", "expected 'in', got 'of'", nil),
      ("for i in 1..3\n{ }", "the line ends where '{' is needed", nil),
      ("while x < 3 { }", "there is no 'while'", "use 'for': every script ends"),
      ("elif x { }", "there is no 'elif'", "write 'else if'"),
      ("else { }", "expected an expression, got 'else'", nil),
      ("return 1", "'return' stands outside of a function", nil),
      ("def f(a, a) { }", "parameter 'a' is named twice", nil),
      ("def f(a=1, b) { }", "parameter 'b' needs a default, like the one before it", nil),
      ("def f() { def g() { } }", "a function cannot be defined inside a function", "move it out"),
      ("def f() { x = 1 } 3", "unexpected '3'", nil),
      ("}", "'}' closes nothing", nil),
      ("{ }", "expected an expression, got '{'", nil),
      ("x.1", "expected the name of a member, got '1'", nil),
      ("for i in 1..3: x", "unexpected character ':'", "blocks stand in braces: { … }"),
      ("a && b", "unexpected character '&'", "write 'and'"),
      ("!a", "unexpected character '!'", "write 'not'"),
      ("x = “a”", "unexpected character '“'", "use straight quotes"),
      ("a\u{0}b", "unexpected character U+0000", nil),
      ("@", "unexpected character '@'", nil),
      ("\"\\q\"", "unknown escape '\\q'", "a backslash itself is written '\\\\'"),
      (
        "\"\\u{110000}\"", "'\\u' needs the hexadecimal number of a character in braces",
        "as in \\u{e9}"
      ),
      ("12ab", "a number runs into a name", "put an operator or a space between them"),
      ("1_", "a number runs into a name", "put an operator or a space between them"),
      ("\"abc", "the string that starts here is never closed", nil),
      ("f(1", "'(' is never closed", nil),
      ("for i in 1..2 {", "'{' is never closed", nil),
      ("x =", "the input ends where an expression is needed", nil),
      ("x = .5", "expected an expression, got '.'", "write 0 before the point"),
      ("scale 1,", "the input ends where an argument is needed", nil),
      ("[x for x in 1..3 if]", "expected an expression, got ']'", nil),
    ] as [(String, String, String?)])
  func errors(code: String, message: String, advice: String?) {
    do throws(SyntaxError) {
      _ = try Parser.parse(SourceText(code))
      Issue.record("no error")
    } catch {
      #expect(error.message == message)
      #expect(error.advice == advice)
      #expect(error.span.start >= 0 && error.span.end <= code.unicodeScalars.count)
    }
  }

  @Test(arguments: [
    "1 + 1", "", "# x", "x", "x = [1, 2]", "kd?", "if true { 1 }", "fit epochs=5 lr=0.1",
    "a; b;", "for i in 1..3 {\n  print(i)\n}", "def f(a) { return a }\n", "\"a\\\"b\"",
    "x.y[1](2).z",
  ])
  func complete(code: String) {
    #expect(completeness(of: code) == .complete)
  }

  @Test(arguments: [
    ("for i in 1..3 {", "  "), ("f(1,", "  "), ("x = [", "  "), ("x =", "  "), ("x = 1 +", "  "),
    ("a and", "  "), ("not", "  "), ("fit epochs=", "  "), ("plot a,", "  "), ("x.", "  "),
    ("\"abc", ""), ("f('abc", ""), ("if a {\n  for b in c {\n", "    "), ("f(g([", "      "),
    ("1 ..", "  "), ("x = # later", "  "), ("def f(", "  "), ("f(a=1", "  "),
    ("if a { } else {", "  "),
    ("-", "  "), ("[x for x in", "  "), ("x = (1\n+ 2", "  "), ("2 **", "  "),
  ])
  func incomplete(code: String, indent: String) {
    #expect(completeness(of: code) == .incomplete(indent: indent))
  }

  @Test(arguments: [
    "x = )", "1 2", "for", "for i in 1..3", "def f", "f(1 2", "x = ) + (", "x = ) \"abc", "1 = 2",
    "@", "else", "if a\n{", "\"\\q\"", "f(]", "return", "f(a=1, 2", "if x = 1 {",
  ])
  func invalid(code: String) {
    guard case .invalid = completeness(of: code) else {
      Issue.record("\(code) is \(completeness(of: code))")
      return
    }
  }

  @Test func positions() {
    let source = SourceText("ab\r\ncd\n\nö", origin: "x.ath")
    #expect(source.position(of: 0) == (1, 1))
    #expect(source.position(of: 2) == (1, 3))
    #expect(source.position(of: 4) == (2, 1))
    #expect(source.position(of: 7) == (3, 1))
    #expect(source.position(of: 8) == (4, 1))
    #expect(source.position(of: 99) == (4, 2))
    #expect(source.position(of: -1) == (1, 1))
    #expect(source[Span(4, 6)] == "cd")
    #expect(source[Span(8, 99)] == "ö")
    #expect(source.count == 9)
    #expect(source.isNamed && !SourceText("").isNamed)
  }
}
