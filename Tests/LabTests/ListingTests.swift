import Catalog
import Conversation
import Foundation
import Lab
import Testing

@Suite("Lists")
struct ListingTests {
  private func rows(_ code: String) -> [String] {
    Sitting().run(code).split(separator: "\n").map(String.init)
  }

  @Test("models stand by family, with their parameters")
  func families() {
    let lines = rows("list models")
    let models = Session.library.registries.first { $0.title == "Models" }
    #expect(models?.sections.count ?? 0 > 10)
    for section in models?.sections ?? [] {
      #expect(lines.contains { $0.contains(section.title) }, "\(section.title)")
    }
    for name in models?.declarations.map(\.name) ?? [] {
      #expect(lines.contains { $0.contains(" \(name) ") }, "\(name)")
    }
    let line = lines.first { $0.contains(" resnet50 ") }
    #expect(line?.contains("25,557,032") == true)
  }

  @Test("patterns find names and aliases, whatever the letters' size")
  func patterns() {
    let small = rows("list models, \"*CIFAR*\"").joined(separator: "\n")
    #expect(small.contains("shufflenetv1_cifar") && small.contains("mobilenetv2_cifar"))
    #expect(!small.contains("resnet50") && !small.contains("vgg8"))
    #expect(rows("list models, \"shufflev?\"").joined().contains("shufflenetv2_cifar"))
    #expect(rows("list \"wrn_*\"").joined().contains("wrn_16_2"))
    // A pattern reaches beyond models, too.
    #expect(rows("list \"*dist*\"").joined().contains("distill"))
    #expect(rows("list losses").joined().contains("kd"))
    #expect(rows("list losses, \"k*\"").joined().contains("Soft-target"))
    #expect(!rows("list losses, \"k*\"").joined().contains("Cross entropy"))
  }

  @Test("a pattern that fits nothing says what is near")
  func nothing() {
    let near = Sitting().failure("list models, \"resnt50\"")?.lines.joined(separator: "\n")
    #expect(near?.contains("nothing is called 'resnt50'") == true)
    #expect(near?.contains("resnet50") == true)
    let far = Sitting().failure("list models, \"zzzzzz\"")?.lines.joined(separator: "\n")
    #expect(far?.contains("\"*zzzzzz*\"") == true)
  }
}
