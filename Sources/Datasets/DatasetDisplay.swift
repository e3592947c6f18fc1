public import Catalog
import Images

extension Dataset {
  /// A table of the parts and the classes; richer readers also get a sheet of pictures.
  public func display(_ style: Style) -> Display {
    var lines = [line]
    let counts = parts.map { part in (part.name, part.split.classFigures) }
    let numbers = counts.map { $0.0 } + counts.flatMap { $0.1 }
    let column = 2 + (numbers.map(\.count).max() ?? 0)
    let shown = min(classes, 20)
    let names = (0..<shown).map { shortened(train.className($0), to: 24) }
    let first = 2 + (["class"] + names).map(\.count).reduce(0, max)
    lines.append(
      "  " + padded("class", first) + counts.map { leftPadded($0.0, column) }.joined())
    for label in 0..<shown {
      lines.append(
        "  " + padded(names[label], first)
          + counts.map { leftPadded($0.1[label], column) }.joined())
    }
    if shown < classes { lines.append("  … \(classes - shown) more") }
    if task == .segmentation {
      lines.append("  shares of the pixels of each part's first \(Split.measured) pictures")
    }
    lines.append(
      "  mean \(numbersText(train.normalisation.mean))  std \(numbersText(train.normalisation.std))"
    )
    let skipped = skipped
    if !skipped.isEmpty {
      lines.append("  \(skipped.count) files are no pictures and were left out:")
      lines += skipped.prefix(5).map { "    " + $0 }
      if skipped.count > 5 { lines.append("    … \(skipped.count - 5) more: data.skipped") }
    }
    let plain = lines.joined(separator: "\n")
    guard let sheet = sheet() else { return Display(plain) }
    return Display(plain, forms: [.init("image/svg+xml", sheet)])
  }

  /// The first samples of each class, a column a class.
  private func sheet() -> String? {
    if task == .segmentation { return maskSheet() }
    let (columns, rows) = (min(classes, 12), 4)
    var members = Array(repeating: [Int](), count: columns)
    for (index, label) in train.labels.enumerated()
    where Int(label) < columns && members[Int(label)].count < rows {
      members[Int(label)].append(index)
    }
    var cells: [Picture.Cell] = []
    for (column, indices) in members.enumerated() {
      for (row, index) in indices.enumerated() {
        guard let image = try? train.image(index) else { return nil }
        let caption = row == 0 ? train.className(column) : ""
        cells.append(
          Picture.Cell(picture: Picture(image), column: column, row: row, caption: caption))
      }
    }
    return Picture.sheet(cells, columns: columns, rows: rows)
  }
}

extension Dataset {
  /// The first samples, and below each its mask.
  private func maskSheet() -> String? {
    var cells: [Picture.Cell] = []
    let columns = min(train.count, 8)
    for index in 0..<columns {
      guard let scene = try? train.scene(index) else { return nil }
      let image = Image(scene.raster)
      for (row, picture) in [image, image.covered(by: scene.mask)].enumerated() {
        cells.append(
          Picture.Cell(picture: Picture(picture), column: index, row: row, caption: ""))
      }
    }
    return Picture.sheet(cells, columns: columns, rows: 2, side: 84)
  }
}

extension Split {
  /// How many pictures with masks are looked at for a table.
  static let measured = 64

  /// For each class its count of samples, or its share of the pixels of the first ones.
  var classFigures: [String] {
    guard task == .segmentation else { return classCounts.map(String.init) }
    guard let pixels = try? pixelCounts(ofFirst: Split.measured) else {
      return Array(repeating: "?", count: classes)
    }
    let total = Double(max(1, pixels.reduce(0, +)))
    return pixels.map { pixels in
      let tenths = (1000 * Double(pixels) / total).rounded() / 10
      return numberText(tenths) + " %"
    }
  }

  public var line: String {
    "\(name): \(count) samples, \(pictureText(self)), \(classes) classes"
      + (task == .segmentation ? " in masks" : "")
  }

  public func display(_ style: Style) -> Display {
    let counts = classFigures
    let shown = min(classes, 20)
    let names = (0..<shown).map { shortened(className($0), to: 24) }
    let first = 2 + names.map(\.count).reduce(0, max)
    var lines = [line]
    for label in 0..<shown {
      lines.append("  " + padded(names[label], first) + leftPadded(counts[label], 7))
    }
    if shown < classes { lines.append("  … \(classes - shown) more") }
    return Display(lines.joined(separator: "\n"))
  }

  public var memberNames: [String] {
    ["name", "task", "count", "classes", "class_names"]
      + (task == .segmentation ? ["pixel_counts"] : ["class_counts", "labels"])
      + ["height", "width", "channels", "mean", "std"]
  }

  public func member(_ name: String) throws -> Value? {
    switch name {
    case "name": return .string(self.name)
    case "task": return .string(task.rawValue)
    case "count": return count.value
    case "classes": return classes.value
    case "class_names": return (0..<classes).map(className).value
    case "pixel_counts":
      return task == .segmentation ? try pixelCounts(ofFirst: count).value : nil
    case "class_counts": return task == .classification ? classCounts.value : nil
    case "labels": return task == .classification ? labels.map { Int($0) }.value : nil
    case "height": return height.value
    case "width": return width.value
    case "channels": return channels.value
    case "mean": return normalisation.mean.map { Double($0) }.value
    case "std": return normalisation.std.map { Double($0) }.value
    default: return nil
    }
  }

  public var elementCount: Int? { count }

  public func element(_ index: Int) throws -> Value {
    if let scene = try scene(index) {
      return Sample(Image(scene.raster), label: 0, mask: scene.mask, of: self, index: index).value
    }
    return Sample(
      try image(index), label: Int(labels[index]), mask: nil, of: self, index: index
    ).value
  }
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

func leftPadded(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

func shortened(_ text: String, to width: Int) -> String {
  text.count <= width ? text : String(text.prefix(width - 1)) + "…"
}

/// `0.286`, `[0.485, 0.456, 0.406]`: four digits after the point.
private func numbersText(_ numbers: [Float]) -> String {
  let texts = numbers.map { numberText((Double($0) * 10_000).rounded() / 10_000) }
  return texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
}
