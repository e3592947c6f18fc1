import Catalog
import Conversation
import Foundation
import Lab
import Testing

@Suite("The whole catalogue", .serialized)
struct CatalogueTests {
  /// Data sets that are files of the person's own, not there everywhere.
  private static func needsFiles(_ example: String) -> Bool {
    [
      "fashion_mnist", "mnist(", "replay ", "cifar10", "image_folder", "onnx(", "stamps(",
      "segmentation_folder", "voc_segmentation", "cityscapes",
    ].contains {
      example.contains($0)
    }
  }

  @Test(
    "every example runs in a fresh session", arguments: Session.library.declarations.map(\.name))
  func examples(name: String) throws {
    let declaration = try #require(Session.library[name])
    #expect(!declaration.examples.isEmpty, "\(name) has no example")
    let here = FileManager.default.currentDirectoryPath
    try withFolder { folder in
      #expect(FileManager.default.changeCurrentDirectoryPath(folder))
      defer { _ = FileManager.default.changeCurrentDirectoryPath(here) }
      for example in declaration.examples where !Self.needsFiles(example) {
        let sitting = Sitting()
        #expect(sitting.run(Sitting.prelude) == "")
        _ = sitting.run("step; save student, \"student.safetensors\"; save run, \"run.athanor\"")
        if case .failed(let report) = sitting.session.execute(Request(example)) {
          Issue.record("\(example)\n\(report.lines.joined(separator: "\n"))")
        }
      }
    }
  }

  @Test("every declaration says what it is in one sentence")
  func summaries() {
    for declaration in Session.library.declarations {
      #expect(declaration.summary.hasSuffix("."), "\(declaration.name): \(declaration.summary)")
      #expect(declaration.summary.count <= 90, "\(declaration.name): \(declaration.summary)")
      for argument in declaration.arguments {
        #expect(!argument.summary.isEmpty, "\(declaration.name).\(argument.name)")
      }
    }
  }

  @Test("an example cut anywhere is complete, incomplete or invalid, and never fatal")
  func prefixes() {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    for example in Session.library.declarations.flatMap(\.examples) {
      let scalars = Array(example.unicodeScalars)
      for end in 0...scalars.count {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[..<end])
        let code = String(text)
        _ = sitting.session.completeness(code)
        let found = sitting.session.complete(code, at: end)
        #expect(found.range.upperBound <= end)
        _ = sitting.session.inspect(code, at: end, detailed: true)
      }
      #expect(sitting.session.completeness(example) == .complete, "\(example)")
    }
  }

  @Test("completion offers what fits the place")
  func completion() {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    func texts(_ code: String) -> [String] {
      sitting.session.complete(code, at: code.unicodeScalars.count).items.map(\.text)
    }
    #expect(texts("dist").contains("distill"))
    #expect(texts("resnet8").contains("resnet8x4"))
    #expect(texts("run.").contains("goal"))
    #expect(texts("run.").contains("script"))
    #expect(texts("student.").contains("clone"))
    #expect(texts("distill(student, teacher, data, ep").contains("epochs="))
    #expect(texts("x = stud") == ["student"])
  }
}
