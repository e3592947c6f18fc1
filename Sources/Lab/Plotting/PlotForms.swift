import Catalog
import Images
import Plots

/// How plots are shown in a terminal: the language's `set plot=`.
enum PlotMode: String, Choice {
  /// As the terminal can.
  case auto
  case text, kitty, sixel
  /// From where to where each curve goes, for who listens.
  case words
}

extension Session {
  /// How pictures are sent to the person, as it was set or as the terminal says.
  var pictures: PictureProtocol {
    switch plotMode {
    case .auto: style.pictures
    case .text, .words: .none
    case .kitty: .kitty
    case .sixel: .sixel
    }
  }

  /// What a value looks like to the person at hand: a plot also as a picture, where the terminal
  /// takes any.
  func drawn(_ value: Value) -> Display {
    if case .object(let plot as Plot) = value { return drawn(plot) }
    return value.display(style)
  }

  func drawn(_ plot: Plot) -> Display {
    var display = plot.display(style)
    if plotMode == .words { display.plain = plot.words(style) }
    switch pictures {
    case .none: break
    case .kitty:
      let picture = plot.picture(isDark: style.isDark, hasGround: false)
      display.forms.append(.init("image/x-kitty", base64(picture.png)))
    case .sixel:
      let picture = plot.picture(scale: 1.25, isDark: style.isDark)
      display.forms.append(.init("image/x-sixel", picture.sixel))
    }
    return display
  }
}

extension PlotPicture {
  /// The picture as a file (W3C and ISO 15948, "Portable Network Graphics", 2003).
  var png: [UInt8] {
    PNG.encoded(Raster(width: width, height: height, channels: 4, pixels: pixels))
  }
}
