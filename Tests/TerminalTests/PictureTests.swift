import Catalog
import Foundation
import Testing

@testable import Terminal

@Suite("Pictures in a terminal")
struct PictureTests {
  @Test(
    "The environment says how a terminal takes pictures",
    arguments: [
      (["TERM": "xterm-kitty"], PictureProtocol.kitty),
      (["TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"], .kitty),
      (["TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"], .kitty),
      (["TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"], .sixel),
      (["TERM": "foot"], .sixel), (["TERM": "xterm-256color"], .none), ([:], .none),
      (["TERM": "xterm-kitty", "TMUX": "/tmp/tmux"], .none),
    ])
  func detection(_ values: [String: String], _ expected: PictureProtocol) {
    #expect(Environment(values).pictures == expected)
  }

  @Test("Grounds are dark unless the terminal says otherwise")
  func grounds() {
    #expect(Environment([:]).isDark && Environment(["COLORFGBG": "15;0"]).isDark)
    #expect(!Environment(["COLORFGBG": "0;15"]).isDark)
    #expect(!Environment(["COLORFGBG": "0;default;7"]).isDark)
  }

  private func kittyForm(_ header: String, letters: Int) -> Display {
    Display(
      "text", forms: [.init("image/x-kitty", header + String(repeating: "A", count: letters))])
  }

  /// The beginning of a PNG file of 640 by 320 pixels, in base 64.
  private let header = "iVBORw0KGgoAAAANSUhEUgAAAoAAAAFA"

  @Test("A kitty picture comes in pieces of at most 4096 bytes, with room made for it")
  func kitty() throws {
    let picture = try #require(
      TerminalPicture(kittyForm(header, letters: 9000), columns: 80, cellHeight: nil))
    // 80 columns are as wide as 40 lines are high; the picture is half as high as wide.
    #expect(picture.rows == 20)
    let pieces = picture.code.components(separatedBy: "\u{1B}\\").filter { !$0.isEmpty }
    #expect(pieces.count == 3)
    #expect(pieces[0].hasPrefix("\u{1B}_Ga=T,f=100,q=2,C=1,c=80,r=20,m=1;"))
    #expect(pieces[1].hasPrefix("\u{1B}_Gm=1;") && pieces[2].hasPrefix("\u{1B}_Gm=0;"))
    let data = pieces.map { $0.split(separator: ";", maxSplits: 1)[1] }
    #expect(data.allSatisfy { $0.count <= 4096 })
    #expect(data.joined() == header + String(repeating: "A", count: 9000))
    #expect(picture.text.hasPrefix(String(repeating: "\n", count: 20) + "\u{1B}[20A\u{1B}7"))
    #expect(picture.text.hasSuffix("\u{1B}8\u{1B}[20B\r"))
  }

  @Test("A sixel picture takes as many lines as its pixels do")
  func sixel() {
    let display = Display(
      "text", forms: [.init("image/x-sixel", "\u{1B}P0;1;0q\"1;1;300;205#0~\u{1B}\\")])
    #expect(TerminalPicture(display, columns: 80, cellHeight: 10)?.rows == 21)
    #expect(TerminalPicture(display, columns: 80, cellHeight: nil)?.rows == 11)
  }

  @Test("What is no picture for a terminal is shown as text")
  func none() {
    let bad = Display("text", forms: [.init("image/x-sixel", "q\"1;1")])
    for display in [
      Display("text"), kittyForm("", letters: 3), kittyForm("", letters: 900), bad,
    ] {
      #expect(TerminalPicture(display, columns: 80, cellHeight: nil) == nil)
    }
  }
}
