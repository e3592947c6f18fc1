public import Catalog

/// One picture of a data set with its class, to be looked at.
public final class Sample: Object, Answer, Sendable {
  public static let kind = "sample"

  public let image: Image
  public let label: Int
  public let className: String
  /// Where it is from: `digits.train[7]`.
  public let place: String

  init(_ image: Image, label: Int, of split: Split, index: Int) {
    self.image = image
    self.label = label
    className = split.className(label)
    place = "\(split.name)[\(index)]"
  }

  public var line: String { "\(place): \(caption)" }

  private var caption: String {
    className == String(label) ? "class \(label)" : "class \(label) \(className)"
  }

  public func display(_ style: Style) -> Display {
    let picture = Picture(image)
    return Display(
      picture.text(style) + "\n" + line, forms: [.init("image/svg+xml", picture.svg(title: line))])
  }

  public var memberNames: [String] { ["label", "class", "height", "width", "channels", "pixels"] }

  public func member(_ name: String) throws -> Value? {
    switch name {
    case "label": return label.value
    case "class": return .string(className)
    case "height": return image.height.value
    case "width": return image.width.value
    case "channels": return image.channels.value
    case "pixels": return image.values.map { Double($0) }.value
    default: return nil
    }
  }
}
