import Catalog
import Testing

@testable import Plots

@Suite("Plots as pixels")
struct RasterTests {
  private let black = Theme(
    ground: nil, series: [RGB(0x000000)], text: RGB(0x000000), rule: RGB(0x000000))

  /// How many pixels are covered, parts counted as parts.
  private func covered(_ canvas: PixelCanvas) -> Double {
    stride(from: 3, to: canvas.pixels.count, by: 4).reduce(0) {
      $0 + Double(canvas.pixels[$1]) / 255
    }
  }

  private func painted(_ scale: Double = 1, _ body: (inout Drawing) -> Void) -> PixelCanvas {
    var drawing = Drawing()
    body(&drawing)
    return Painter.paint(drawing, width: 40, height: 40, black, scale: scale)
  }

  @Test func `areas are exact, along and between pixels`() {
    let box = painted { $0.bar(Frame(x: 2.25, y: 3, width: 10.5, height: 4), series: 0) }
    #expect(abs(covered(box) - 42) < 0.2)
    #expect(box.pixels[(4 * 40 + 5) * 4 + 3] == 255)
    #expect(box.pixels[(4 * 40 + 2) * 4 + 3] == 191)
    let disc = painted { $0.dot(Point(x: 20, y: 20), series: 0, radius: 10) }
    #expect(abs(covered(disc) - .pi * 100) < 6)
    let large = painted(3) { $0.dot(Point(x: 20, y: 20), series: 0, radius: 10) }
    #expect(abs(covered(large) - .pi * 900) < 20)
  }

  @Test func `what two pieces of a line cover counts once`() {
    // A line back over itself is as dark as a line.
    let there = [Point(x: 5, y: 20), Point(x: 35, y: 20)]
    let once = painted { $0.line([there], series: 0, width: 4, opacity: 0.5) }
    let twice = painted { $0.line([there + there.reversed()], series: 0, width: 4, opacity: 0.5) }
    #expect(abs(covered(once) - covered(twice)) < 0.1)
    // 30 by 4 and two half discs, half transparent.
    #expect(abs(covered(once) - 0.5 * (120 + .pi * 4)) < 2)
  }

  @Test func `dashes leave gaps and clips cut`() {
    let line = [Point(x: 0, y: 20), Point(x: 36, y: 20)]
    let dashes = Stroke.dashes(line, on: 6, off: 4)
    #expect(dashes.map { $0[0].x } == [0, 10, 20, 30])
    #expect(dashes.allSatisfy { $0.count == 2 && abs($0[1].x - $0[0].x - 6) < 1e-9 })
    let cut = painted { drawing in
      drawing.clipped(to: Frame(x: 10, y: 10, width: 10, height: 10)) {
        $0.bar(Frame(x: 0, y: 0, width: 40, height: 40), series: 0)
      }
    }
    #expect(abs(covered(cut) - 100) < 0.5)
  }

  @Test func `every letter of ASCII is drawn, inside of its line`() {
    let unknown = StrokeFont.strokes("\u{E000}", size: 100, isBold: false)
    for code in UInt8(33)...126 {
      let letter = String(UnicodeScalar(code))
      let strokes = StrokeFont.strokes(letter, size: 100, isBold: false)
      let points = strokes.joined()
      #expect(!points.isEmpty && strokes != unknown, "\(letter)")
      #expect(points.allSatisfy { $0.y >= -20 && $0.y <= 78 && $0.x >= -3 }, "\(letter)")
      let width = StrokeFont.width(letter, size: 100, isBold: false)
      #expect(points.allSatisfy { $0.x <= width + 1 }, "\(letter)")
    }
    #expect(StrokeFont.strokes(" ", size: 100, isBold: false).isEmpty)
    let accented = StrokeFont.strokes("é", size: 100, isBold: false)
    #expect(accented.count > StrokeFont.strokes("e", size: 100, isBold: false).count)
    #expect(StrokeFont.width("日", size: 100, isBold: false) == 100)
  }

  @Test func `text stands where it is anchored, and turned text reads upwards`() {
    func inked(_ canvas: PixelCanvas) -> [(x: Int, y: Int)] {
      (0..<1600).filter { canvas.pixels[$0 * 4 + 3] > 60 }.map { ($0 % 40, $0 / 40) }
    }
    let start = inked(painted { $0.text("ll", x: 20, y: 30, .start, size: 20) })
    let end = inked(painted { $0.text("ll", x: 20, y: 30, .end, size: 20) })
    #expect(start.allSatisfy { $0.x >= 20 } && end.allSatisfy { $0.x <= 20 })
    // The stem lies to the left of the line's place, and the text begins at the bottom.
    let turned = inked(painted { $0.text("l", x: 30, y: 30, .start, size: 20, turned: true) })
    #expect(turned.allSatisfy { $0.x >= 14 && $0.x <= 31 && $0.y <= 31 })
    #expect(turned.contains { $0.x < 20 })
  }

  @Test(arguments: Samples.all.indices)
  func `every kind is painted, light and dark, the same each time`(_ index: Int) {
    let plot = Samples.all[index]
    let light = plot.picture(scale: 0.5)
    #expect(light.pixels.count == light.width * light.height * 4)
    #expect(light.pixels == plot.picture(scale: 0.5).pixels)
    let dark = plot.picture(scale: 0.5, isDark: true)
    #expect(dark.width == light.width && dark.height == light.height)
    #expect(Array(light.pixels[0..<4]) == [255, 255, 255, 255])
    #expect(Array(dark.pixels[0..<4]) == [0x16, 0x19, 0x1D, 255])
    #expect(plot.picture(scale: 0.5, hasGround: false).pixels[3] == 0)
  }

  @Test func `sixels hold the picture`() throws {
    let plot = Plot(
      "Title", panel: Panel(curves: [Curve("a", y: [1, 3, 2]), Curve("b", y: [2, 1])]))
    let picture = plot.picture(scale: 0.5, isDark: true)
    let read = try #require(SixelReader.read(picture.sixel))
    #expect(read.width == picture.width && read.height == picture.height)
    var worst = 0
    for pixel in 0..<picture.width * picture.height {
      let color = try #require(read.pixels[pixel])
      for channel in 0..<3 {
        worst = max(worst, abs(Int(picture.pixels[pixel * 4 + channel]) - color[channel]))
      }
    }
    // Colours are told in percent, and those nearer than eight steps are one.
    #expect(worst <= 24)
    let clear = try #require(
      SixelReader.read(plot.picture(scale: 0.25, hasGround: false).sixel))
    #expect(clear.pixels.contains { $0 == nil })
  }
}
