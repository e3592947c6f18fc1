import Catalog
import Language
import Testing

@Suite struct CompletionTests {
  private let sitting: Sitting

  init() throws {
    sitting = Sitting()
    try sitting.run(
      "rate = 0.5; r = run(); runs = [run()]; name = \"a\"; resize = 3\ndef twice(x, by=2) { return x }"
    )
  }

  @Test func names() {
    #expect(sitting.names("res") == ["resize", "resnet18"])
    #expect(sitting.names("x = res") == ["resize", "resnet18"])
    #expect(sitting.names("RESN") == ["resnet18"])
    #expect(sitting.names("nosuch").isEmpty)
    #expect(Set(sitting.names("fo")) == ["forget", "format", "for"])
    #expect(sitting.names("x = fo").contains("for") == false)
    #expect(sitting.names("x = tr") == ["true"])
    #expect(sitting.names("if true { re").contains("return"))
    #expect(Set(sitting.names("")).isSuperset(of: ["resnet18", "r", "for", "not"]))
    #expect(Set(sitting.names("x = 1 + ")).isSuperset(of: ["resnet18", "rate"]))
    // The newest variable comes first.
    #expect(sitting.names("r").first == "resize")
  }

  @Test func nothingToOffer() {
    for code in ["# kd", "x = 12", "for i", "def f", "def f(a, b", "x = 1.5", "@", "\"a\".nosuch"] {
      #expect(sitting.names(code).isEmpty, "\(code)")
    }
  }

  @Test func joints() {
    #expect(sitting.names("if rate a") == ["and"])
    #expect(sitting.names("for i i") == ["in", "if"])
    #expect(sitting.names("if true { } e") == ["exp", "else"])
    #expect(sitting.names("rate an") == ["and"])
    #expect(sitting.names("[i f") == ["for"])
  }

  @Test func argumentsOfCalls() {
    #expect(sitting.names("resnet18(").starts(with: ["classes=", "channels=", "weights="]))
    #expect(sitting.names("resnet18(c") == ["classes=", "channels=", "ce"])
    #expect(sitting.names("resnet18(10, ch") == ["channels="])
    #expect(sitting.names("resnet18(classes=10, c") == ["channels=", "ce"])
    #expect(sitting.names("resnet18(classes=10 c") == ["channels="])
    #expect(sitting.names("resnet18 c") == ["classes=", "channels=", "ce"])
    #expect(sitting.names("resnet18 classes=10 ch") == ["channels="])
    #expect(sitting.names("resnet18(len([1, 2]), ch") == ["channels="])
    #expect(sitting.names("print(resnet18(\n  10,\n  ch") == ["channels="])
    #expect(sitting.names("x = [resnet18(10), resnet18(ch") == ["channels="])
    #expect(sitting.names("r.describe(lo") == ["long=", "log"])
    #expect(sitting.names("twice(1, b") == ["by="])
    #expect(sitting.names("twice b") == ["by="])
    #expect(sitting.names("resnet18(10); ch").isEmpty)
  }

  @Test func valuesOfArguments() {
    #expect(sitting.names("reduce([1], to=").starts(with: ["\"mean\"", "\"sum\""]))
    #expect(sitting.names("reduce([1], to=\"") == ["mean", "sum"])
    #expect(sitting.names("reduce([1], to=\"s") == ["sum"])
    #expect(sitting.names("reduce([1], ").starts(with: ["\"mean\"", "\"sum\"", "to="]))
    #expect(sitting.names("describe(r, long=").starts(with: ["true", "false"]))
    #expect(sitting.names("describe(").starts(with: ["run=", "long=", "r"]))
    #expect(sitting.names("describe ").starts(with: ["run=", "long=", "r", "run"]))
    #expect(sitting.names("scale(").starts(with: ["x=", "by=", "resize", "rate"]))
  }

  @Test func members() {
    #expect(sitting.names("r.").starts(with: ["rate", "layers", "goal", "steps", "tag", "me"]))
    #expect(sitting.names("r.st") == ["steps", "str", "std"])
    #expect(sitting.names("r.me.me.la") == ["layers"])
    #expect(sitting.names("runs[0].la") == ["layers"])
    #expect(sitting.names("runs[-1].la") == ["layers"])
    #expect(sitting.names("runs[9].la").isEmpty)
    #expect(sitting.names("r.desc") == ["describe"])
    #expect(sitting.names("run().desc") == ["describe"])
    #expect(sitting.names("rate.desc").isEmpty)
    #expect(sitting.names("rate.sca") == ["scale"])
    #expect(sitting.names("3.sca") == ["scale"])
    #expect(sitting.names("name.form") == ["format"])
    #expect(sitting.names("r.layers.red") == ["reduce"])
    #expect(sitting.names("[1, 2].red") == ["reduce"])
    // Nothing is called on the way: what a call gives is known by its declaration only.
    #expect(sitting.names("step().x").isEmpty)
    #expect(sitting.calls == 0)
  }

  @Test func files() {
    let entries = { (path: String) -> [String] in
      path.hasPrefix("data/") ? ["train.npz", "test.npz"] : ["data/", "demo.ath"]
    }
    func complete(_ code: String) -> Suggestions {
      sitting.evaluator.complete(code, at: code.unicodeScalars.count, files: entries)
    }
    #expect(complete("replay \"d").candidates.map(\.text) == ["data/", "demo.ath"])
    #expect(complete("replay \"d").range == 8..<9)
    let inFolder = complete("x = 1\nreplay(\"data/te")
    #expect(inFolder.candidates == [Candidate("test.npz", type: "file")])
    #expect(inFolder.range == 19..<21)
  }

  @Test func rangesCountCodePoints() {
    let code = "\"é火🙂\"; resn"
    let found = sitting.evaluator.complete(code, at: code.unicodeScalars.count)
    #expect(found.range == 7..<11)
    #expect(found.candidates.map(\.text) == ["resnet18"])
    // What stands behind the cursor does not matter.
    let inside = sitting.evaluator.complete("x = res + 1)", at: 7)
    #expect(inside.range == 4..<7)
    #expect(inside.candidates.map(\.text) == ["resize", "resnet18"])
    #expect(sitting.evaluator.complete("kd", at: 99).range == 0..<2)
    #expect(sitting.evaluator.complete("kd", at: -5).range == 0..<0)
  }

  @Test func earlierErrorsDoNotMatter() {
    #expect(sitting.names("x = )\ny = resn") == ["resnet18"])
    #expect(sitting.names("x = 1 @ 2\nresnet18(10, ch") == ["channels="])
  }

  @Test func descriptions() {
    let found = sitting.evaluator.complete("kd", at: 2).candidates
    #expect(
      found == [
        Candidate(
          "kd", type: "function", signature: "kd(T=1)",
          summary: "Soft-target distillation of Hinton et al. (2015).")
      ])
    let argument = sitting.evaluator.complete("kd(", at: 3).candidates.first
    #expect(
      argument
        == Candidate(
          "T=", type: "argument", signature: "a number, default 1",
          summary: "Softening temperature of both distributions."))
    #expect(
      sitting.evaluator.complete("rate", at: 4).candidates
        == [Candidate("rate", type: "variable", summary: "0.5")])
    #expect(
      sitting.evaluator.complete("twi", at: 3).candidates
        == [Candidate("twice", type: "function", signature: "twice(x, by=2)")])
    #expect(
      sitting.evaluator.complete("r.ra", at: 4).candidates.first
        == Candidate("rate", type: "member", summary: "0.1"))
    #expect(sitting.evaluator.complete("fo", at: 2).candidates.last?.type == "keyword")
  }

  @Test func inspection() throws {
    func inspect(_ code: String, _ cursor: Int? = nil) -> String {
      switch sitting.evaluator.inspect(code, at: cursor ?? code.unicodeScalars.count) {
      case .declaration(let declaration, let argument):
        declaration.name + (argument.map { ":" + $0.name } ?? "")
      case .value(let name, let value): name + "=" + value.line(quoted: true)
      case .keyword(let word): "keyword " + word
      case nil: "nothing"
      }
    }
    #expect(inspect("kd") == "kd")
    #expect(inspect("resnet18(10)", 3) == "resnet18")
    #expect(inspect("kd?", 2) == "kd")
    #expect(inspect("resnet18(") == "resnet18:classes")
    #expect(inspect("resnet18(10, ") == "resnet18:channels")
    #expect(inspect("resnet18(channels=1)", 12) == "resnet18:channels")
    #expect(inspect("resnet18(weights=") == "resnet18:weights")
    #expect(inspect("resnet18 ") == "resnet18:classes")
    #expect(inspect("rate") == "rate=0.5")
    #expect(inspect("r.rate", 4) == "rate=0.1")
    #expect(inspect("r.me.steps + 1", 8) == "steps=7")
    #expect(inspect("r.tag") == "tag")
    #expect(inspect("r.describe()", 5) == "describe")
    #expect(inspect("for i in x { }", 1) == "keyword for")
    #expect(inspect("nosuch") == "nothing")
    #expect(inspect("") == "nothing")
    #expect(inspect("# kd") == "nothing")
    #expect(inspect("scale(rate", 8) == "rate=0.5")
    #expect(inspect("print(\"kd", 9) == "print:values")
  }
}
