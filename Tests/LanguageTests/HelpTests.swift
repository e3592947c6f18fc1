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

  private let tasks: Library = {
    let samples = sampleLibrary.registries.first { $0.title == "Samples" }
    let all = samples?.declarations ?? []
    return Library([
      Registry(
        "Commands",
        sections: [
          Registry.Section(
            "Look inside", summary: "What goes on.", with: ["Losses"],
            all.filter { $0.name == "resnet18" }),
          Registry.Section("Plot", summary: "Pictures.", []),
        ]),
      Registry("Losses", all.filter { ["ce", "kd"].contains($0.name) }),
      Registry("Models", sections: [Registry.Section("Family", [])]),
    ])
  }()

  @Test func anOverviewByTask() {
    #expect(
      helpOverview(of: tasks, style: Style(width: 60)).plain.hasPrefix(
        "look inside: what goes on.\n  resnet18\n  losses: ce kd\nplot: pictures.\n"))
  }

  @Test func topicsAreFoundByName() throws {
    #expect(tasks.topic(named: "Look Inside")?.declarations.map(\.name) == ["resnet18"])
    #expect(tasks.topic(named: "losses")?.declarations.map(\.name) == ["ce", "kd"])
    #expect(tasks.topic(named: "family")?.declarations.isEmpty == true)
    #expect(tasks.topic(named: "nothing") == nil)
    let inside = try #require(tasks.topic(named: "look inside"))
    let lines = helpText(for: inside, style: Style(width: 60)).plain.split(separator: "\n")
    #expect(lines.first == "Look inside. What goes on.")
    #expect(lines.contains("losses: ce kd"))
    #expect(lines.contains { $0.hasPrefix("  resnet18  ") })
  }

  @Test func entriesSayWhatStandsBesideThem() throws {
    let kd = try declaration("kd")
    #expect(
      helpText(for: kd, in: tasks, style: Style()).plain.hasSuffix(
        "Makes a loss.\nSee also: ce.\nUnder help losses: ce."))
    let network = try declaration("resnet18")
    #expect(
      helpText(for: network, in: tasks, style: Style()).plain.hasSuffix(
        "\nUnder help \"look inside\"."))
  }

  @Test func searchFindsTasks() {
    func first(_ words: String) -> String {
      searchHelp(words, in: tasks, style: Style()).plain.split(separator: "\n").first.map(
        String.init)
        ?? ""
    }
    #expect(first("pictures") == "help plot:")
    #expect(first("inside") == "help \"look inside\": resnet18")
    #expect(first("loss") == "help losses: ce, kd")
    // Not in the middle of a word.
    #expect(first("side") != "help \"look inside\": resnet18")
  }

  @Test func wordsOfTheLanguage() throws {
    for word in ["for", "in", "if", "else", "def", "return", "and", "or", "not", "true", "none"] {
      let text = try #require(helpText(forKeyword: word)?.plain)
      #expect(text.contains(word) && text.hasSuffix("."))
    }
    #expect(helpText(forKeyword: "while") == nil)
  }
}
