/// How a terminal takes pictures, if it does.
public enum PictureProtocol: String, Sendable {
  case none
  /// Kovid Goyal's, "Terminal graphics protocol" (2017).
  case kitty
  /// Sixel graphics of DEC's terminals (1988).
  case sixel
}

/// How text is to be drawn for the reader at hand.
public struct Style: Sendable {
  /// Columns that a line may take.
  public var width: Int
  /// Whether ANSI colours may be used.
  public var color: Bool
  /// Whether braille, block and box characters may be used.
  public var unicode: Bool
  /// Whether and how pictures may be shown.
  public var pictures: PictureProtocol
  /// Whether the page or the terminal is dark.
  public var isDark: Bool

  public init(
    width: Int = 80, color: Bool = false, unicode: Bool = true,
    pictures: PictureProtocol = .none, isDark: Bool = true
  ) {
    self.pictures = pictures
    self.isDark = isDark
    self.width = width
    self.color = color
    self.unicode = unicode
  }
}

/// What a value looks like: text for every reader, and richer forms by media type for a notebook.
public struct Display: Sendable, Equatable {
  /// One rich form: `image/svg+xml`, `text/html`, `text/markdown`, `image/png` (base64), …; for a
  /// terminal that takes pictures `image/x-kitty` (a PNG in base64) or `image/x-sixel`.
  public struct Form: Sendable, Equatable {
    public var mediaType: String
    public var content: String

    public init(_ mediaType: String, _ content: String) {
      self.mediaType = mediaType
      self.content = content
    }
  }

  /// `text/plain`: always there.
  public var plain: String
  public var forms: [Form]

  public init(_ plain: String, forms: [Form] = []) {
    self.plain = plain
    self.forms = forms
  }
}
