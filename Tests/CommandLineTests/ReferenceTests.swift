import Foundation
import Testing

/// The reference notebook is what the program says of itself.
@Suite("The reference")
struct ReferenceTests {
  @Test("notebooks/reference.ipynb is fresh: athanor reference --notebook writes it")
  func isFresh() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "notebooks/reference.ipynb")
    let written = try Program.run(["reference", "--notebook"])
    #expect(written.code == 0)
    #expect(try String(contentsOf: file, encoding: .utf8) == written.output)
  }

  @Test("Every link leads somewhere")
  func links() throws {
    let text = try Program.run(["reference"]).output
    let links = Set(text.matches(of: /\]\(#([A-Za-z0-9_]+)\)/).map { String($0.1) })
    let anchors = Set(text.matches(of: /<a id="([A-Za-z0-9_]+)">/).map { String($0.1) })
    #expect(links.count > 100)
    #expect(links.subtracting(anchors).isEmpty, "\(links.subtracting(anchors))")
  }
}
