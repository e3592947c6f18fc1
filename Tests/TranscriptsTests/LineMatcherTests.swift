import Testing

@testable import Transcripts

@Suite("One line against its expectation")
struct LineMatcherTests {
  @Test(
    "A float matches within one unit of its last digit",
    arguments: [
      ("loss 0.25", "loss 0.26", true), ("loss 0.25", "loss 0.24", true),
      ("loss 0.25", "loss 0.27", false), ("loss 0.25", "loss 0.2512", true),
      ("loss 0.3", "loss 0.2", true), ("loss 0.3", "loss 0.19", false),
      ("1.5e-3", "1.6e-3", true), ("1.5e-3", "1.7e-3", false), ("1.5e-3", "0.0015", true),
      ("-0.5", "-0.6", true), ("-0.5", "0.5", false), ("1.0", "1", true),
      ("a 91.2% b", "a 91.3% b", true), ("a 91.2% b", "a 92.2% b", false),
      ("[0.5, 1.25]", "[0.4, 1.26]", true), ("0.5", "nan", false), ("nan", "nan", true),
    ])
  func floats(_ expected: String, _ got: String, _ matches: Bool) {
    #expect(LineMatcher(expected).matches(got) == matches)
  }

  @Test(
    "Whole numbers, names and versions are exact",
    arguments: [
      ("2", "3"), ("2", "2.0"), ("layer1.0.conv1", "layer1.1.conv1"), ("v1.2.3", "v1.2.4"),
      ("resnet18", "resnet19"), ("step 100", "step 101"),
    ])
  func exact(_ expected: String, _ got: String) {
    #expect(!LineMatcher(expected).matches(got))
    #expect(LineMatcher(expected).matches(expected))
  }

  @Test("A relative and an absolute tolerance replace the last digit's")
  func tolerances() {
    let relative = Tolerance(relative: 1e-2)
    #expect(LineMatcher("100.0", relative).matches("100.9"))
    #expect(!LineMatcher("100.0", relative).matches("101.1"))
    #expect(!LineMatcher("0.5", relative).matches("0.51"))
    let absolute = Tolerance(absolute: 0.05)
    #expect(LineMatcher("0.500", absolute).matches("0.549"))
    #expect(!LineMatcher("0.500", absolute).matches("0.551"))
    #expect(!LineMatcher("5", Tolerance(relative: 1)).matches("6"))
  }

  @Test("A width in place decides for its number alone")
  func plusMinus() {
    let matcher = LineMatcher("accuracy 0.913±0.02 of 10")
    #expect(matcher.matches("accuracy 0.93 of 10"))
    #expect(matcher.matches("accuracy 0.8931 of 10"))
    #expect(!matcher.matches("accuracy 0.94 of 10"))
    #expect(!matcher.matches("accuracy 0.93 of 11"))
    #expect(matcher.matches("accuracy 0.913±0.02 of 10"))
    #expect(LineMatcher("12±1").matches("13"))
  }

  @Test(
    "Placeholders stand for their kind",
    arguments: [
      ("took [TIME]", "took 8 ms", true), ("took [TIME]", "took 1 min 3 s", true),
      ("took [TIME]", "took 2m05s", true), ("took [TIME]", "took 1:02", true),
      ("took [TIME]", "took 00:01:02", true), ("took [TIME]", "took 3.5 µs", true),
      ("took [TIME]", "took long", false), ("took [TIME]", "took 3 steps", false),
      ("at [RATE]", "at 1,234 images/s", true), ("at [RATE]", "at 12.1 GFLOP/s", true),
      ("at [RATE]", "at 3.2k/s", true), ("at [RATE]", "at 12 ms", false),
      ("uses [MEMORY].", "uses 12 MB.", true), ("uses [MEMORY].", "uses 1.5 GiB.", true),
      ("uses [MEMORY]", "uses 12", false), ("in '[PATH]'", "in '/tmp/a-b.c'", true),
      ("in '[PATH]'", "in ''", false), ("took [TIME]", "took [TIME]", true),
    ])
  func placeholders(_ expected: String, _ got: String, _ matches: Bool) {
    #expect(LineMatcher(expected).matches(got) == matches)
  }

  @Test("[..] stands for any text")
  func anything() {
    let matcher = LineMatcher("a [..] c [..]")
    #expect(matcher.matches("a b c d"))
    #expect(matcher.matches("a x c c "))
    #expect(!matcher.matches("a b d"))
    #expect(LineMatcher("[..]").matches(""))
  }

  @Test("Spaces beside a number give way, other spaces do not")
  func spaces() {
    #expect(LineMatcher("  9.99  mean").matches(" 10.00  mean"))
    #expect(LineMatcher("loss  9.99").matches("loss 10.00"))
    #expect(!LineMatcher("loss 9.99").matches("loss9.99"))
    #expect(!LineMatcher("a  b 1.0").matches("a b 1.0"))
  }

  @Test("A notebook's times and rates match any other")
  func measurements() {
    let stored = Tolerance(ignoresMeasurements: true)
    #expect(
      LineMatcher("done 12 · 850 images/s · 3 s left", stored)
        .matches("done 12 · 1,020 images/s · 1 min 2 s left"))
    #expect(!LineMatcher("done 12 · 3 s left", stored).matches("done 13 · 3 s left"))
    #expect(LineMatcher("12 MB/s", stored).matches("9.5 MB/s"))
    #expect(!LineMatcher("8 ms").matches("9 ms"))
  }

  @Test("Many wildcards over a long line end soon")
  func hostile() {
    let matcher = LineMatcher(String(repeating: "[..]a", count: 50) + "b")
    #expect(!matcher.matches(String(repeating: "a", count: 2000)))
  }
}
