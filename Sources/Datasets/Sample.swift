public import Catalog
import Images

/// One picture of a data set with its class or its mask, to be looked at.
public final class Sample: Object, Answer, Sendable {
  public static let kind = "sample"

  public let image: Image
  /// 0 where it has a mask.
  public let label: Int
  public let className: String
  /// Where it is from: `digits.train[7]`.
  public let place: String
  /// The class of every pixel; nil where the picture has one class.
  public let mask: Mask?
  private let names: [String]

  init(_ image: Image, label: Int, mask: Mask?, of split: Split, index: Int) {
    self.image = image
    self.label = label
    self.mask = mask
    names = mask == nil ? [] : (0..<split.classes).map(split.className)
    className = split.className(label)
    place = "\(split.name)[\(index)]"
  }

  public var line: String { "\(place): \(caption)" }

  private var caption: String {
    if let mask {
      let shares = Sample.shares(of: mask.counts(classes: names.count), names)
      return shares.isEmpty ? "no class" : shares.joined(separator: ", ")
    }
    return className == String(label) ? "class \(label)" : "class \(label) \(className)"
  }

  /// `background 71 %`, the greatest first, of the classes that there are.
  private static func shares(of counts: [Int], _ names: [String]) -> [String] {
    let total = max(1, counts.reduce(0, +))
    let present = counts.indices.filter { counts[$0] > 0 }.sorted {
      counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1
    }
    return present.map { "\(names[$0]) \((100 * counts[$0] + total / 2) / total) %" }
  }

  public func display(_ style: Style) -> Display {
    guard let mask else {
      let picture = Picture(image)
      return Display(
        picture.text(style) + "\n" + line,
        forms: [.init("image/svg+xml", picture.svg(title: line))])
    }
    let overlay = Picture(image.covered(by: mask))
    let cells = [
      Picture.Cell(picture: Picture(image), column: 0, row: 0, caption: "image"),
      Picture.Cell(picture: overlay, column: 1, row: 0, caption: "mask"),
    ]
    return Display(
      text(mask, overlay, style),
      forms: [.init("image/svg+xml", Picture.sheet(cells, columns: 2, rows: 1, side: 140))])
  }

  /// Picture and mask side by side; letters stand for classes where there are no colours.
  private func text(_ mask: Mask, _ overlay: Picture, _ style: Style) -> String {
    let isColored = style.color && style.unicode
    let columns = max(4, min(32, (style.width - 2) / 2))
    let left = Picture(image, largest: columns).text(style).split(
      separator: "\n", omittingEmptySubsequences: false)
    let letters = ClassColors.letters(names)
    let right =
      isColored
      ? Picture(image.covered(by: mask), largest: columns).text(style).split(separator: "\n")
        .map { String($0) } : mask.text(letters, columns: columns)
    var lines = (0..<max(left.count, right.count)).map { row -> String in
      let first = row < left.count ? String(left[row]) : ""
      let second = row < right.count ? right[row] : ""
      // A line in colours is as wide as it is, escapes apart.
      return (isColored ? first + "  " : padded(first, columns + 2)) + second
    }
    lines.append(line)
    let counts = mask.counts(classes: names.count)
    if !isColored {
      lines.append(
        counts.indices.filter { counts[$0] > 0 }.map { "\(letters[$0]) \(names[$0])" }
          .joined(separator: "  "))
    }
    return lines.joined(separator: "\n")
  }

  public var memberNames: [String] {
    (mask == nil ? ["label", "class"] : ["mask", "classes"])
      + ["height", "width", "channels", "pixels"]
  }

  public func member(_ name: String) throws -> Value? {
    switch name {
    case "label": return mask == nil ? label.value : nil
    case "class": return mask == nil ? .string(className) : nil
    case "mask": return mask?.values.map { Int($0) }.value
    case "classes":
      let counts = mask?.counts(classes: names.count)
      return counts.map { counts in counts.indices.filter { counts[$0] > 0 }.map { names[$0] } }?
        .value
    case "height": return image.height.value
    case "width": return image.width.value
    case "channels": return image.channels.value
    case "pixels": return image.values.map { Double($0) }.value
    default: return nil
    }
  }
}

extension Image {
  /// The picture in colours, under the colours of its classes.
  func covered(by mask: Mask) -> Image {
    guard let raster, raster.width == mask.width, raster.height == mask.height else { return self }
    let pixels = mask.overlay(on: raster.converted(to: 3).pixels)
    return Image(Raster(width: width, height: height, channels: 3, pixels: pixels))
  }
}
