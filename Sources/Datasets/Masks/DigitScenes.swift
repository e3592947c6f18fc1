import Catalog
import Images

/// Scenes of what the program carries: handwritten digits over textures.
enum DigitScenes {
  static let declaration = Declaration(
    "scenes", "Pictures of digits over textures with a mask each, built in, for segmentation.",
    details: """
      Class 0 is the ground, class k + 1 the digit k. One to four digits of the built-in set in \
      random colours, sizes and turns lie over stripes, squares, gradients or clouds; masks are \
      exact. A picture is a function of the seed, the part and its number; training and test \
      pictures show different people's digits.
      """,
    Argument("digits", "How many digits are classes: 0 up to this less one.", default: 10) {
      (1...10).contains($0) ? nil : "must be in 1..10"
    },
    ComposedScenes.count("train", "Training pictures.", 1000),
    ComposedScenes.count("test", "Test pictures.", 200),
    ComposedScenes.side(64),
    Argument("seed", "Makes the pictures.", default: 0),
    examples: ["data = scenes(train=100, test=20)", "scenes(digits=3, size=32, train=8, test=4)"],
    keywords: ["segmentation", "mask", "synthetic", "built in"]
  ) { (digits: Int, train: Int, test: Int, size: Int, seed: Int) throws -> Dataset in
    let source = try Digits.load()
    func split(_ part: Split, _ name: String, count: Int) throws -> Split {
      Split(
        "scenes.\(name)",
        scenes: ComposedScenes(
          try things(of: part, digits: digits), count: count, size: size,
          manner: .init(size: 0.3...0.7, degrees: 15, mirrors: false), seed: seed, part: name),
        classes: digits + 1, classNames: ["ground"] + (0..<digits).map { "\($0)" })
    }
    let parts = [
      ("digits", digits, 10), ("train", train, 1000), ("test", test, 200),
      ("size", size, 64), ("seed", seed, 0),
    ]
    let given = parts.filter { $0.1 != $0.2 }.map { "\($0.0)=\($0.1)" }
    return Dataset(
      name: "scenes", script: "scenes(\(given.joined(separator: ", ")))",
      train: try split(source.train, "train", count: train),
      test: try split(source.test, "test", count: test))
  }

  /// The digits as things of one colour, by class.
  private static func things(of split: Split, digits: Int) throws -> [[CutOut]] {
    var result = Array(repeating: [CutOut](), count: digits)
    for index in 0..<split.count where Int(split.labels[index]) < digits {
      let image = try split.image(index)
      let label = Int(split.labels[index])
      // Ink is dark at 8 of 16 greys already; a steeper ramp keeps strokes whole when they grow.
      let opacity = image.values.map { UInt8(min(255, ($0 * 1.5 * 255).rounded())) }
      let small = Raster(
        width: image.width, height: image.height, channels: 1, pixels: opacity)
      result[label].append(
        CutOut(small.resized(width: 32, height: 32, .bicubic), label: UInt8(label + 1)))
    }
    return result
  }
}
