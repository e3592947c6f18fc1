import Catalog
import Language
import Testing

@Suite struct HelpTests {
  private func declaration(_ name: String) throws -> Declaration {
    try #require(sampleLibrary[name])
  }

  @Test func aDeclaration() throws {
    #expect(
      helpText(for: try declaration("kd"), style: Style(width: 60)).plain == """
        kd(T=1)
          Soft-target distillation of Hinton et al. (2015).

        arguments
          T  Softening temperature of both distributions. a number,
             default 1.

        example
          goal = ce() + 5*kd(T=1)

        Makes a loss.
        """)
  }

  @Test func aliasesAndNoArguments() throws {
    let text = helpText(for: try declaration("resnet18"), style: Style()).plain
    #expect(text.hasSuffix("Makes a string. Also called resnet_18."))
    #expect(helpText(for: try declaration("ce"), style: Style()).plain.hasPrefix("ce()\n"))
    for line in helpText(for: try declaration("format"), style: Style(width: 50)).plain
      .split(separator: "\n")
    { #expect(line.count <= 80, "\(line)") }
  }

  @Test func markdown() throws {
    let forms = helpText(for: try declaration("kd"), style: Style()).forms
    #expect(forms.map(\.mediaType) == ["text/markdown"])
    let text = try #require(forms.first?.content)
    #expect(text.hasPrefix("```athanor\nkd(T=1)\n```\n\nSoft-target"))
    #expect(
      text.contains("| `T` | a number, default 1 | Softening temperature of both distributions. |"))
    #expect(text.contains("```athanor\ngoal = ce() + 5*kd(T=1)\n```"))
  }

  @Test func search() {
    func found(_ words: String) -> [String] {
      declarations(matching: words, in: sampleLibrary).map(\.name)
    }
    #expect(found("temperature") == ["kd"])
    #expect(found("soft targets") == ["kd"])
    #expect(found("kd").first == "kd")
    #expect(found("vision networks") == ["resnet18"])
    #expect(found("deviation").first == "std")
    #expect(found("nothing of the kind, surely xyzzy") != [])
    #expect(found("xyzzy").isEmpty)
    #expect(found("").isEmpty)
    #expect(found("?!").isEmpty)
    #expect(
      searchHelp("temperature", in: sampleLibrary, style: Style()).plain
        == "kd  Soft-target distillation of Hinton et al. (2015).")
    #expect(
      searchHelp("resnt18", in: sampleLibrary, style: Style()).plain
        == "nothing is found for 'resnt18': did you mean 'resnet18'?")
  }

  @Test func overview() {
    let text = helpOverview(of: sampleLibrary, style: Style(width: 40)).plain
    #expect(text.hasPrefix("base\n  print warn format str number type keys\n"))
    #expect(text.contains("samples\n  resnet18 ce kd"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 64 })
  }

  @Test func wordsOfTheLanguage() throws {
    for word in ["for", "in", "if", "else", "def", "return", "and", "or", "not", "true", "none"] {
      let text = try #require(helpText(forKeyword: word)?.plain)
      #expect(text.contains(word) && text.hasSuffix("."))
    }
    #expect(helpText(forKeyword: "while") == nil)
  }
}
