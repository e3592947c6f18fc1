import Catalog
import Datasets
import Images
import Plots

/// Pictures of scenes and of what models say of them, with the keys that explain their colours.
struct MaskPictures {
  let names: [String]
  private let letters: [Character]

  init(_ split: Split) {
    names = (0..<split.classes).map(split.className)
    letters = ClassColors.letters(names)
  }

  /// A picture under the colours of its classes.
  func overlay(_ scene: Scene, _ mask: Mask) -> Plots.Picture? {
    let pixels = mask.overlay(on: scene.raster.converted(to: 3).pixels)
    return picture(pixels, mask)?.symbolized(
      mask.values.map { letters.indices.contains(Int($0)) ? letters[Int($0)] : " " })
  }

  func image(_ scene: Scene) -> Plots.Picture? {
    picture(scene.raster.converted(to: 3).pixels, scene.mask)
  }

  /// The classes that occur in any of some masks.
  func key(_ masks: [Mask]) -> ImageKey {
    var present = Array(repeating: false, count: names.count)
    for mask in masks {
      for (label, count) in mask.counts(classes: names.count).enumerated() where count > 0 {
        present[label] = true
      }
    }
    // The ground is left as it is in the pictures.
    return ImageKey(
      "classes",
      names.indices.filter { present[$0] && $0 > 0 }.map { label in
        .init(names[label], color: hex(ClassColors.color(label)), symbol: letters[label])
      })
  }

  private func picture(_ pixels: [UInt8], _ mask: Mask) -> Plots.Picture? {
    Plots.Picture(width: mask.width, height: mask.height, channels: 3, pixels: pixels)
  }

  private func hex(_ color: [UInt8]) -> UInt32 { color.reduce(0) { $0 << 8 | UInt32($1) } }
}

/// Where two predictions, or one and the truth, differ.
struct DifferenceMap {
  private enum Case: Int, CaseIterable {
    case right, onlyFirst, onlySecond, wrong, ignored

    var color: UInt32 {
      switch self {
      case .right: 0xE4E4E4
      case .onlyFirst: 0x56B4E9
      case .onlySecond: 0xE69F00
      case .wrong: 0x404040
      case .ignored: 0xFFFFFF
      }
    }
    var symbol: Character { Array(".12x ")[rawValue] }
  }

  let first: String
  /// Nil where only one model is held against the truth.
  let second: String?

  func picture(_ truth: Mask, _ a: Mask, _ b: Mask?) -> Plots.Picture? {
    let cases = truth.values.indices.map { place -> Case in
      let label = truth.values[place]
      if label == Mask.ignored { return .ignored }
      let isRight = a.values[place] == label
      guard let b else { return isRight ? .right : .wrong }
      switch (isRight, b.values[place] == label) {
      case (true, true): return .right
      case (true, false): return .onlyFirst
      case (false, true): return .onlySecond
      case (false, false): return .wrong
      }
    }
    return Plots.Picture(
      width: truth.width, height: truth.height, channels: 3,
      pixels: cases.flatMap { item in
        [16, 8, 0].map { UInt8(truncatingIfNeeded: item.color >> UInt32($0)) }
      }
    )?.symbolized(cases.map(\.symbol))
  }

  var key: ImageKey {
    let names: [(Case, String)] =
      second.map {
        [
          (.right, "both right"), (.onlyFirst, "only \(first) right"),
          (.onlySecond, "only \($0) right"), (.wrong, "both wrong"),
        ]
      } ?? [(.right, "right"), (.wrong, "wrong")]
    return ImageKey(
      "difference", names.map { .init($1, color: $0.color, symbol: $0.symbol) })
  }
}
