import Catalog
import Checkpoints
import Images

/// The handwritten digits that are part of the program.
enum Digits {
  private static let count = 1797
  private static let testCount = 360
  private static let side = 8

  static let declaration = Declaration(
    "digits", "1437 + 360 grey pictures of handwritten digits, 8×8, built in.",
    details: """
      Alpaydin and Kaynak 1998, https://doi.org/10.24432/C50P49, licence CC BY 4.0. Pixels 0 to 16 \
      become 0 … 1. A fifth of each class is held out as the test part, always the same.
      """,
    examples: ["data = digits()"],
    keywords: ["handwritten", "images", "built in", "small"]
  ) { try load() }

  static func load() throws -> Dataset {
    let packed = FileBytes(Base64.decoded(DigitsArchive.base64), name: "digits")
    let columns = try Gzip.expand(packed, limit: (side * side + 1) * count).all.bytes
    // Stored pixel by pixel for all samples, which packs better.
    let pixels = side * side
    var bytes = [UInt8](repeating: 0, count: pixels * count)
    for pixel in 0..<pixels {
      for sample in 0..<count { bytes[sample * pixels + pixel] = columns[pixel * count + sample] }
    }
    let labels = columns[(pixels * count)...].map { Int32($0) }
    let parts = stratified(labels, classes: 10, holding: testCount, seed: 0)
    let part = { (name: String, indices: [Int], normalisation: Normalisation?) in
      let own = indices.flatMap { bytes[$0 * pixels..<($0 + 1) * pixels] }
      return Split(
        name,
        images: ByteImages(
          own, height: side, width: side, channels: 1, white: 16, normalisation: normalisation),
        labels: indices.map { labels[$0] }, classes: 10)
    }
    let train = part("digits.train", parts.kept, nil)
    let test = part("digits.test", parts.held, train.normalisation)
    return Dataset(name: "digits", script: "digits()", train: train, test: test)
  }
}
