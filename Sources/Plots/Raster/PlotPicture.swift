/// A plot as pixels: eight bits for red, green, blue and opacity, rows from the top.
public struct PlotPicture: Sendable {
  public let width: Int
  public let height: Int
  public let pixels: [UInt8]
}

extension Plot {
  /// Drawings are no larger than this many pixels: a terminal or a page shows no more.
  private static let mostPixels = 40_000_000.0

  /// The plot as pixels, with the very shapes that its SVG has.
  ///
  /// - Parameters:
  ///   - scale: Pixels for each of the drawing's, which is 640 to 900 wide.
  ///   - isDark: Whether it is for a dark page.
  ///   - hasGround: Whether the page's colour is behind it; else it is transparent.
  public func picture(
    scale: Double = 2, isDark: Bool = false, hasGround: Bool = true
  ) -> PlotPicture {
    let (drawing, width, height) = drawing()
    var theme = isDark ? Theme.dark : Theme.light
    if !hasGround { theme.ground = nil }
    let fitting = (Plot.mostPixels / max(1, width * height)).squareRoot()
    let canvas = Painter.paint(
      drawing, width: width, height: height, theme, scale: max(0.05, min(scale, fitting)))
    return PlotPicture(width: canvas.width, height: canvas.height, pixels: canvas.pixels)
  }
}
