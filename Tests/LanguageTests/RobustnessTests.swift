import Catalog
import Language
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs a body on a thread with a stack of 512 KiB, the least that any thread of ours has.
private func onSmallStack(_ body: @escaping @Sendable () -> Void) {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, 512 * 1024)
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let context = Unmanaged.passRetained(Box(body)).toOpaque()
  let status = pthread_create(
    &thread, &attributes,
    { context in
      #if canImport(Darwin)
        Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
      #else
        if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
      #endif
      return nil
    }, context)
  #expect(status == 0)
  pthread_join(thread, nil)
  pthread_attr_destroy(&attributes)
}

/// A small generator with a fixed seed, so that a failure can be made again.
private struct Noise: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Everything that a text can meet: it may fail, but not crash, and its places lie inside it.
private func exercise(_ code: String) {
  let count = code.unicodeScalars.count
  do throws(SyntaxError) {
    _ = try Parser.parse(SourceText(code))
    #expect(completeness(of: code) == .complete)
  } catch {
    #expect(error.span.start >= 0 && error.span.start <= count)
    #expect(error.span.end >= error.span.start && error.span.end <= count)
    #expect(completeness(of: code) != .complete)
  }
  let sitting = Sitting()
  var looks = 0
  sitting.evaluator.interruption = {
    looks += 1
    if looks > 200 { throw Failure(.interrupted, "interrupted") }
  }
  do throws(Diagnostic) { try sitting.run(code) } catch {
    let lines = error.lines()
    #expect(!lines.isEmpty && lines.allSatisfy { !$0.contains("\n") && !$0.contains("\u{1B}") })
  }
  let found = sitting.evaluator.complete(code, at: count)
  #expect(found.range.lowerBound >= 0 && found.range.upperBound <= count)
  _ = sitting.evaluator.inspect(code, at: count / 2)
}

private let programs = [
  """
  data    = range(10); teacher = resnet18(classes=10, channels=1)   # a comment
  goal    = ce() + 5*kd(T=1)
  r = run(); r.rate = 2e-3; r.layers[0] = -1
  other = r.me; other.goal = kd(T=4); other.describe(long=true)
  for T in [1, 2, 4] { scale(T) }
  """,
  """
  def f(a, b=[1, 2], c="x") {
    if a > 1 and not b == [] or c != 'y' { return a ** 2 % 3 }
    else if a < -1 { return -a } else { return none }
  }
  x = [f(i) for i in 1..9 if i % 2 == 0]
  print("values:", x, sep=" "); kd?
  "é\\u{e9}\\n".len(); reduce(1..2, to="sum")
  step 3; help "soft targets"; format("{:>8.2f}|{:,}", x[0], 1_000)
  """,
]

@Suite struct RobustnessTests {
  @Test(arguments: programs)
  func everyPrefix(program: String) throws {
    try Sitting().run(program)
    let scalars = Array(program.unicodeScalars)
    for end in scalars.indices {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars[..<end])
      exercise(String(view))
    }
  }

  @Test(arguments: programs)
  func everyCharacterLeftOut(program: String) {
    let scalars = Array(program.unicodeScalars)
    for index in scalars.indices {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars[..<index])
      view.append(contentsOf: scalars[(index + 1)...])
      exercise(String(view))
    }
  }

  @Test(arguments: programs)
  func completionAtEveryPlace(program: String) throws {
    let sitting = Sitting()
    try sitting.run(program)
    for cursor in 0...program.unicodeScalars.count {
      let found = sitting.evaluator.complete(program, at: cursor)
      #expect(found.range.upperBound <= cursor)
      _ = sitting.evaluator.inspect(program, at: cursor)
    }
  }

  @Test func randomBytes() {
    var noise = Noise(state: 1)
    for _ in 0..<1_500 {
      let length = Int.random(in: 0...60, using: &noise)
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &noise) }
      exercise(String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test func randomTokens() {
    let words = [
      "for", "in", "if", "else", "def", "return", "and", "or", "not", "true", "none", "x", "y",
      "kd",
      "run", "scale", "print", "1", "2.5", "0", "\"a\"", "'b", "(", ")", "[", "]", "{", "}", ",",
      ";",
      ".", "?", "=", "==", "<", "..", "+", "-", "*", "/", "%", "**", "\n", "# c\n", " ", "len",
      "[1, 2]",
      "x = ", "{ x }", "f(", "def f(a) { return a }\n", "1..3", "for i in 1..3 {", "é", "T=",
    ]
    var noise = Noise(state: 2)
    for _ in 0..<3_000 {
      let length = Int.random(in: 1...25, using: &noise)
      let code = (0..<length).map { _ in words.randomElement(using: &noise) ?? "" }
        .joined(separator: Bool.random(using: &noise) ? " " : "")
      exercise(code)
    }
  }

  @Test func randomFormats() {
    var noise = Noise(state: 3)
    let letters = Array("{}:0123456789.,_<>^=+- *defgxbos%an")
    for _ in 0..<2_000 {
      let length = Int.random(in: 0...14, using: &noise)
      let template = String(
        (0..<length).map { _ in letters.randomElement(using: &noise) ?? "x" })
      let sitting = Sitting()
      sitting.evaluator.set("t", to: .string(template))
      let text = sitting.failure("format(t, 1234.5, \"ab\", -3, a=1/0, n=7)")
      #expect(!text.isEmpty)
    }
  }

  /// Brackets, blocks and functions nested as deep as is allowed, and far deeper, on a small stack.
  @Test func deepNesting() {
    onSmallStack {
      for depth in [60, 10_000] {
        let pairs = [
          ("(", "1", ")"), ("[", "1", "]"), ("-(", "1", ")"), ("scale(", "1", ")"),
          ("[", "1", "][0]"), ("not (", "true", ")"), ("1 + (", "1", ") * 2"),
          ("true and (", "true", ")"), ("[i for i in [", "1", "]]"), ("if true { ", "1", " }"),
          ("for i in 1..1 { ", "1", " }"), ("if true { if (true) { ", "1", " } }"),
          ("2 ** (", "1", ")"), ("[0][", "0", "]"), ("scale(x=", "1", ")"),
        ]
        for (open, core, close) in pairs {
          let half = open == "if true { if (true) { " || open == "[i for i in [" ? depth / 2 : depth
          let code =
            String(repeating: open, count: half) + core + String(repeating: close, count: half)
          let text = Sitting().failure(code)
          #expect(completeness(of: String(repeating: open, count: half)) != .complete)
          if depth > 1_000 {
            #expect(text.hasPrefix("error: brackets are nested more than 64 deep"), "\(open)")
          } else {
            #expect(text.hasPrefix("no error"), "\(open)")
          }
        }
      }
    }
  }

  @Test func longChains() {
    onSmallStack {
      let sum = String(repeating: "1+", count: 100_000) + "1"
      #expect(Sitting().failure(sum) == "no error; shows 100001")
      // As deep as to exhaust any stack by recursion.
      let n = 20_000
      let minus = String(repeating: "- ", count: n) + "1"
      #expect(Sitting().failure(minus) == "no error; shows 1")
      let nots = String(repeating: "not ", count: n) + "true"
      #expect(Sitting().failure(nots) == "no error; shows true")
      let powers = String(repeating: "1**", count: n) + "2"
      #expect(Sitting().failure(powers) == "no error; shows 1")
      let ands = String(repeating: "true and ", count: n) + "false or true"
      #expect(Sitting().failure(ands) == "no error; shows true")
      let members = "r = run()\nr" + String(repeating: ".me", count: n) + ".steps"
      #expect(Sitting().failure(members) == "no error; shows 7")
      let indices = "x = \"a\"\nx" + String(repeating: "[0]", count: n)
      #expect(Sitting().failure(indices) == "no error; shows a")
      let calls = "def f() { return f }\nf" + String(repeating: "()", count: n)
      #expect(Sitting().failure(calls).hasPrefix("no error; shows "))
      let methods = "1" + String(repeating: ".abs()", count: n)
      #expect(Sitting().failure(methods) == "no error; shows 1")
      let branches =
        "if false { }" + String(repeating: " else if false { }", count: n) + " else { x = 1 }\nx"
      #expect(Sitting().failure(branches) == "no error; shows 1")
      let statements = String(repeating: "1;\n", count: n) + "2"
      #expect(Sitting().failure(statements) == "no error; shows 2")
      let list = "len([" + String(repeating: "1, ", count: n) + "])"
      #expect(Sitting().failure(list) == "no error; shows \(n)")
      let target = "r = run()\nr" + String(repeating: ".me", count: n) + ".rate = 1"
      #expect(Sitting().failure(target).hasPrefix("error: the target has more than 100 steps"))
      let cursor = "r" + String(repeating: ".me", count: n)
      #expect(Sitting().names(cursor + ".") != ["me"])
    }
  }

  @Test func aLineOfTenMegabytes() {
    for piece in ["x", "1+", "(", "\"", "é", "1 ", "[[]],"] {
      let code = String(repeating: piece, count: 10_000_000 / piece.utf8.count)
      let text = Sitting().failure(code)
      #expect(text.hasPrefix("error: "))
      #expect(text.utf8.count < 400)
      #expect(completeness(of: code) != .complete)
    }
    // The largest name, string and number that are still read.
    let name = String(repeating: "x", count: 400_000)
    #expect(Sitting().failure(name).hasPrefix("error: unknown name 'xxxxx"))
    #expect(Sitting().failure("len(\"\(name)\")") == "no error; shows 400000")
    let digits = String(repeating: "1", count: 100_000)
    #expect(Sitting().failure(digits) == "no error; shows inf")
  }

  /// Values that grow without end are an error before they are the end of the process.
  @Test func growingValues() {
    func last(_ code: String) -> String {
      Sitting().failure(code).split(separator: "\n").first.map(String.init) ?? ""
    }
    #expect(
      last("x = []\nfor i in 1..1000000 { x = [x] }")
        == "error: lists are nested more than 100 deep")
    #expect(last("x = [1]\nfor i in 1..100 { x = [x, x] }").hasPrefix("error: the lists in this"))
    #expect(last("x = [1]\nfor i in 1..100 { x = x + x }").hasPrefix("error: a list of "))
    #expect(
      last("x = [[1]]\nfor i in 1..100 { x[0] = x }")
        == "error: lists are nested more than 100 deep")
    #expect(last("x = \"ab\"\nfor i in 1..100 { x = x + x }").hasPrefix("error: a string of "))
    #expect(last("\"ab\" * 1e15").hasPrefix("error: a string of "))
    #expect(last("[1] * 1e18").hasPrefix("error: a list of "))
    #expect(last("\"\" * 1e18") == "no error; shows ")
    #expect(last("[] * 1e18") == "no error; shows []")
    #expect(last("len([i for i in 1..100000000])").hasPrefix("error: "))
    #expect(last("sort(1..1e12)").hasPrefix("error: a list of 1000000000000 elements"))
    #expect(last("range(0, 1e12, 0.5)").hasPrefix("error: a list of "))
    #expect(last("(1..1e14)[-1]") == "no error; shows 100000000000000")
    let many = (1...400).map { "def f\($0)() { return \($0 == 1 ? "1" : "f\($0 - 1)()") }" }
    #expect(last(many.joined(separator: "\n") + "\nf20()") == "no error; shows 1")
  }
}
