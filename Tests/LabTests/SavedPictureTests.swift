import Conversation
import Foundation
import Testing

/// Results keep what was drawn of them, to be saved and shown again.
@Suite("Pictures of results", .serialized)
struct SavedPictureTests {
  @Test("every result that draws can be saved as a picture", arguments: ["svg", "png"])
  func saved(ending: String) throws {
    try withFolder { folder in
      let one = Sitting()
      _ = one.run(Sitting.prelude)
      _ = one.run("step 3")
      for (place, code) in [
        "confusion(student)", "calibration(student, teacher)", "features(student, teacher)",
        "activations(run)", "gradients(run, batches=2)", "hardest(student, top=4)",
        "disagreements(student, teacher, top=4)",
        "lr_find(run, steps=12)",
        "compare(run, run)", "schedule(run)",
      ].enumerated() {
        let path = "\(folder)/\(place).\(ending)"
        let told = one.run("r = \(code); save r, \"\(path)\"")
        let bytes = try #require(FileManager.default.contents(atPath: path), "\(code): \(told)")
        let start = ending == "svg" ? Array("<svg".utf8) : [0x89, 0x50, 0x4E, 0x47]
        #expect(Array(bytes.prefix(4)) == start, "\(code)")
      }
      #expect(one.failure("save probe(run), \"\(folder)/x.svg\"")?.message.contains("plot") == true)
    }
  }

  @Test("a table says its columns by names of their own")
  func columns() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    let names = one.run("f = features(student, teacher); keys(f)")
    #expect(names.contains("\"output\"") && names.contains("\"output_2\""), "\(names)")
    #expect(one.run("f.output == f.output_2") == "false\n")
    #expect(one.run("f.plot").contains("CKA"))
  }
}
