import Catalog

extension Environment {
  /// How this terminal takes pictures, as far as its variables tell. Inside of a multiplexer it is
  /// not known what would come through, so none are sent.
  var pictures: PictureProtocol {
    if has("TMUX") || has("STY") { return .none }
    let term = self["TERM"] ?? ""
    let program = self["TERM_PROGRAM"] ?? ""
    if has("KITTY_WINDOW_ID") || term.contains("kitty") || term.contains("ghostty")
      || program == "ghostty" || has("GHOSTTY_RESOURCES_DIR")
    {
      return .kitty
    }
    if term.hasPrefix("foot") || term.hasPrefix("mlterm") || term.hasPrefix("contour")
      || term.contains("sixel") || ["WezTerm", "iTerm.app", "mintty"].contains(program)
    {
      return .sixel
    }
    return .none
  }

  /// Whether the terminal's ground is dark: what `COLORFGBG` says, else yes.
  var isDark: Bool {
    guard let ground = self["COLORFGBG"]?.split(separator: ";").last.flatMap({ Int($0) }) else {
      return true
    }
    return ground < 7 || ground == 8
  }
}

/// A picture as a terminal draws it, and the lines that it takes.
struct TerminalPicture {
  let code: String
  let rows: Int

  /// The picture of a display; nil where it has none for a terminal.
  ///
  /// - Parameter cellHeight: Pixels of a line, as the terminal says; nil where it does not.
  init?(_ display: Display, columns: Int, cellHeight: Int?) {
    for form in display.forms {
      switch form.mediaType {
      case "image/x-kitty":
        guard let size = TerminalPicture.pngSize(form.content) else { continue }
        let width = max(1, min(columns, 100))
        // A line is about twice as high as a character is wide.
        rows = max(1, min(60, (width * size.height + size.width) / (2 * size.width)))
        code = TerminalPicture.kitty(form.content, columns: width, rows: rows)
        return
      case "image/x-sixel":
        guard let height = TerminalPicture.sixelHeight(form.content) else { continue }
        let cell = max(4, cellHeight ?? 20)
        rows = (height + cell - 1) / cell
        code = form.content
        return
      default: continue
      }
    }
    return nil
  }

  /// Room for the picture first, so that the screen scrolls before it is drawn, not under it; the
  /// cursor ends below it.
  var text: String {
    let room = String(repeating: "\n", count: rows)
    return room + "\u{1B}[\(rows)A\u{1B}7" + code + "\u{1B}8\u{1B}[\(rows)B\r"
  }

  /// The picture in pieces of at most 4096 bytes; it leaves the cursor and answers nothing.
  private static func kitty(_ png: String, columns: Int, rows: Int) -> String {
    var rest = Substring(png)
    var result = ""
    var keys = "a=T,f=100,q=2,C=1,c=\(columns),r=\(rows),"
    repeat {
      let piece = rest.prefix(4096)
      rest = rest.dropFirst(4096)
      result += "\u{1B}_G\(keys)m=\(rest.isEmpty ? 0 : 1);\(piece)\u{1B}\\"
      keys = ""
    } while !rest.isEmpty
    return result
  }

  /// Width and height of a PNG in base 64: the eight bytes after sixteen.
  private static func pngSize(_ base64: String) -> (width: Int, height: Int)? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var bits = 0
    var count = 0
    var bytes: [Int] = []
    for letter in base64.utf8.prefix(32) {
      guard let value = alphabet.firstIndex(of: letter) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(bits >> count & 255)
        bits &= 1 << count - 1
      }
    }
    guard bytes.count == 24 else { return nil }
    let width = bytes[16..<20].reduce(0) { $0 << 8 | $1 }
    let height = bytes[20..<24].reduce(0) { $0 << 8 | $1 }
    return width > 0 && height > 0 && width < 1 << 20 && height < 1 << 20 ? (width, height) : nil
  }

  /// The last of the four numbers that a sixel picture begins with.
  private static func sixelHeight(_ content: String) -> Int? {
    guard let start = content.firstIndex(of: "\"") else { return nil }
    let numbers = content[start...].dropFirst().prefix { $0.isNumber || $0 == ";" }
    let parts = numbers.split(separator: ";").compactMap { Int($0) }
    return parts.count == 4 && (1..<100_000).contains(parts[3]) ? parts[3] : nil
  }
}
