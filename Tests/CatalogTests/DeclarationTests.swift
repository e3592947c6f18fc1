import Catalog
import Testing

private final class Nobody: CallContext {}

private enum Word: String, Choice { case red, green }

private let sample = Declaration(
  "sample", "Joins what it gets.",
  Argument("n", "A number.", default: 1) { $0 < 0 ? "must be at least 0" : nil },
  Argument("word", "A word.", default: Word.red),
  Argument("rest", "The rest.") as Argument<Rest<Double>>,
  examples: ["sample(2)"]
) { (n: Int, word: Word, rest: Rest<Double>) in
  "\(n) \(word.rawValue) \(rest.items)"
}

private let wanting = Declaration(
  "wanting", "Needs a list.", Argument("items", "Numbers.") as Argument<[Double]>
) { (items: [Double]) in Double(items.count) }

@Suite("Declarations")
struct DeclarationTests {
  private func call(_ declaration: Declaration, _ given: GivenArgument...) throws -> String {
    try declaration.call(given, Nobody()).line()
  }

  private func failure(_ declaration: Declaration, _ given: GivenArgument...) -> Failure? {
    do {
      _ = try declaration.call(given, Nobody())
      return nil
    } catch { return error as? Failure }
  }

  @Test func bindsByPlaceNameAndDefault() throws {
    #expect(try call(sample) == "1 red []")
    #expect(try call(sample, .init(.number(2)), .init(.string("green"))) == "2 green []")
    #expect(
      try call(sample, .init(.number(2)), .init(.string("green")), .init(.number(3)))
        == "2 green [3.0]")
    #expect(try call(sample, .init(.string("green"), name: "word")) == "1 green []")
  }

  @Test func saysWhatIsWrong() {
    let unknown = failure(sample, .init(.number(1), name: "wird"))
    #expect(unknown?.message == "sample has no argument 'wird'")
    #expect(unknown?.advice == "did you mean 'word'?")
    #expect(unknown?.site == .label("wird"))
    #expect(unknown?.usage == "sample(n=1, word=\"red\", rest…)")
    let twice = failure(sample, .init(.number(1)), .init(.number(1), name: "n"))
    #expect(twice?.message == "sample: 'n' is given twice")
    let half = failure(sample, .init(.number(1.5)))
    #expect(half?.message == "sample: 'n' needs a whole number, got 1.5")
    #expect(half?.site == .positional(0))
    let negative = failure(sample, .init(.number(-1)))
    #expect(negative?.message == "sample: 'n' must be at least 0, got -1")
    let choice = failure(sample, .init(.string("gren"), name: "word"))
    #expect(choice?.advice == "did you mean \"green\"?")
    #expect(failure(wanting)?.message == "wanting needs 'items': numbers.")
    #expect(
      failure(wanting, .init(.list([])), .init(.none))?.message
        == "wanting takes at most 1 argument")
  }

  @Test func numbersPrintAsTyped() {
    let cases: [(Double, String)] = [
      (1, "1"), (-0.5, "-0.5"), (0.1 + 0.2, "0.3"), (1e15, "1000000000000000"), (1e16, "1e+16"),
      (2e-3, "0.002"),
      (1.0 / 3, "0.333333333333"), (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
      (123_456_789_012, "123456789012"), (1.23e-9, "1.23e-09"),
    ]
    for (number, text) in cases { #expect(numberText(number) == text) }
  }

  @Test func nearestNames() {
    let names = ["resnet18", "resnet50", "classes", "momentum"]
    #expect(nearest(to: "clases", among: names) == "classes")
    #expect(nearest(to: "resent18", among: names) == "resnet18")
    #expect(nearest(to: "zebra", among: names) == nil)
  }
}
