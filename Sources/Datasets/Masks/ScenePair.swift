import Catalog
import Images

/// A picture file and the file of its mask.
struct ScenePair: Sendable {
  var image: String
  var mask: String
}

/// What the numbers in mask files mean.
struct MaskCode: Sendable, Equatable {
  var classes: Int
  /// The number that stands for no class, before anything is looked up.
  var ignored: Int
  /// Classes by number; numbers that are not in it belong to no class. Nil: numbers are classes.
  var map: [Int: Int]?

  /// The mask of a file.
  ///
  /// - Throws: `Failure` with the file's name and the first number that means nothing.
  func mask(_ path: String) throws(Failure) -> Mask {
    let file = try PictureFile(path: path)
    let indices = try PNG.indices(file)
    var table = [UInt8](repeating: Mask.ignored, count: 65_536)
    var isKnown = [Bool](repeating: map != nil, count: 65_536)
    if let map {
      for (number, label) in map where table.indices.contains(number) {
        table[number] = UInt8(label)
      }
    } else {
      for label in 0..<classes {
        table[label] = UInt8(label)
        isKnown[label] = true
      }
    }
    if table.indices.contains(ignored) {
      table[ignored] = Mask.ignored
      isKnown[ignored] = true
    }
    var values = [UInt8](repeating: 0, count: indices.values.count)
    for (place, number) in indices.values.enumerated() {
      guard isKnown[Int(number)] else {
        throw Failure(
          .data,
          "\(shownPath(path)): pixel (\(place % indices.width), \(place / indices.width)) has the "
            + "number \(number), there are \(classes) classes",
          advice: "map= says which class a number is, ignore= which is none")
      }
      values[place] = table[Int(number)]
    }
    return Mask(height: indices.height, width: indices.width, values: values)
  }

  /// The greatest number of a file that is not the ignored one.
  func greatest(_ path: String) throws(Failure) -> Int {
    let values = try PNG.indices(PictureFile(path: path)).values
    return values.reduce(0) { Int($1) == ignored ? $0 : max($0, Int($1)) }
  }
}

/// How pictures of any size are brought to the size that a network sees.
struct SceneFit: Sendable, Equatable {
  /// What becomes of the sides' ratio.
  enum Way: String, Choice, Sendable {
    /// Kept; what is missing is filled with black and belongs to no class.
    case pad
    /// Not kept.
    case stretch
  }

  var height: Int
  var width: Int
  var way: Way

  func fitted(_ scene: Scene) -> Scene {
    if scene.height == height, scene.width == width { return scene }
    guard way == .pad else { return scene.resized(width: width, height: height, .bilinear) }
    let factor = min(
      Double(width) / Double(scene.width), Double(height) / Double(scene.height))
    let small = scene.resized(
      width: max(1, min(width, Int((Double(scene.width) * factor).rounded()))),
      height: max(1, min(height, Int((Double(scene.height) * factor).rounded()))), .bilinear)
    return small.part(
      left: (small.width - width) / 2, top: (small.height - height) / 2, width: width,
      height: height, fill: Array(repeating: 0, count: small.raster.channels))
  }
}
