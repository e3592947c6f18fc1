/// Pictures in rows with captions, as a drawing.
struct ImagesDrawing {
  let grid: ImageGrid
  /// More pictures than this are left out of the drawing, and it says so.
  private static let limit = 100

  init(_ grid: ImageGrid) { self.grid = grid }

  private var count: Int { min(ImagesDrawing.limit, grid.pictures.count) }

  struct Layout {
    var columns: Int
    var cell: Double
    /// From one picture's left edge to the next one's.
    var pitch: Double
    var caption: Double
    var rows: Int
    var height: Double
  }

  func layout(width: Double) -> Layout {
    let largest = grid.pictures.prefix(count).map { max($0.width, $0.height) }.max() ?? 1
    // Small pictures are drawn enlarged: pixels two or three wide.
    let wish = largest <= 16 ? 64.0 : largest <= 48 ? 84 : 140
    // A character of a caption takes about five points.
    let slot = max(wish, Double(grid.captionWidth ?? 0) * 5.2)
    let fitting = max(1, Int(width / (slot + 8)))
    let columns = max(1, min(grid.columns ?? min(fitting, max(4, fitting)), max(1, count)))
    let cell = min(wish, width / Double(columns) - 8)
    let pitch = max(8, min(slot, width / Double(columns) - 8)) + 8
    let rows = (count + columns - 1) / columns
    let caption = grid.captions.contains { !$0.isEmpty } ? captionHeight : 0
    let more = grid.pictures.count > count ? 18.0 : 0
    return Layout(
      columns: columns, cell: max(8, cell), pitch: pitch, caption: caption, rows: rows,
      height: Double(rows) * (max(8, cell) + caption + 8) + more + (rows == 0 ? 24 : 0)
        + ImageKeysDrawing(keys: grid.keys).height(width: width))
  }

  /// Captions may have several lines.
  private var captionHeight: Double {
    let lines = grid.captions.map { $0.split(separator: "\n").count }.max() ?? 1
    return Double(min(ImageGrid.captionLines, max(1, lines))) * 12 + 3
  }

  func draw(into drawing: inout Drawing, _ frame: Frame) {
    guard count > 0 else {
      drawing.text("no pictures", x: frame.x + frame.width / 2, y: frame.y + 14, .middle)
      return
    }
    let layout = layout(width: frame.width)
    let width = Double(layout.columns) * layout.pitch - 8
    let margin = (layout.pitch - 8 - layout.cell) / 2
    let left = frame.x + max(0, frame.width - width) / 2 + margin
    // The more pictures there are, the fewer pixels each is stored with.
    let side = count > 40 ? 48 : count > 12 ? 64 : 128
    for index in 0..<count {
      let picture = grid.pictures[index].shrunk(to: side)
      let scale = layout.cell / Double(max(picture.width, picture.height))
      let size = (Double(picture.width) * scale, Double(picture.height) * scale)
      let x = left + Double(index % layout.columns) * layout.pitch
      let y = frame.y + Double(index / layout.columns) * (layout.cell + layout.caption + 8)
      drawing.image(
        Frame(
          x: x + (layout.cell - size.0) / 2, y: y + (layout.cell - size.1) / 2, width: size.0,
          height: size.1),
        bitmap: Bitmap(picture))
      let lines = grid.caption(index).split(separator: "\n").prefix(ImageGrid.captionLines)
      for (line, text) in lines.enumerated() {
        drawing.text(
          cutDrawn(String(text), to: layout.pitch - 2, size: 10), x: x + layout.cell / 2,
          y: y + layout.cell + 11 + Double(line) * 12, .middle, size: 10)
      }
    }
    let keys = ImageKeysDrawing(keys: grid.keys)
    let below = keys.height(width: frame.width)
    keys.draw(
      into: &drawing,
      Frame(x: frame.x, y: frame.bottom - below, width: frame.width, height: below))
    let hidden = grid.pictures.count - count
    if hidden > 0 {
      drawing.text("… \(hidden) more", x: frame.right, y: frame.bottom - below - 4, .end)
    }
  }
}
