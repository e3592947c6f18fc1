import Foundation
import Testing

/// What the program writes about itself.
@Suite("The reference")
struct ReferenceTests {
  @Test("Every link leads somewhere")
  func links() throws {
    let text = try Program.run(["reference"]).output
    let links = Set(text.matches(of: /\]\(#([A-Za-z0-9_]+)\)/).map { String($0.1) })
    let anchors = Set(text.matches(of: /<a id="([A-Za-z0-9_]+)">/).map { String($0.1) })
    #expect(links.count > 100)
    #expect(links.subtracting(anchors).isEmpty, "\(links.subtracting(anchors))")
  }
}
