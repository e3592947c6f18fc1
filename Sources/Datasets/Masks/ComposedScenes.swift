import Catalog
import Images
import Synchronization
import Tensors

/// Pictures composed of cut-outs over grounds, any number of them: picture i is a function of (seed,
/// part, i), its mask exact because it is what was pasted.
final class ComposedScenes: SceneSource {
  let count: Int
  let height: Int
  let width: Int
  var channels: Int { 3 }
  private let things: [[CutOut]]
  private let grounds: [Raster]
  private let manner: Manner
  private let seed: Int
  private let part: String
  private let kept: Mutex<(scenes: [Int: Scene], room: Int)>

  /// How things lie.
  struct Manner: Sendable {
    /// Least and greatest number of things in a picture.
    var things = 1...4
    /// Least and greatest length of a thing's longer side, as a share of the picture's.
    var size = 0.3...0.7
    /// Greatest turn to either side.
    var degrees = 20.0
    var mirrors = true
  }

  /// - Parameters:
  ///   - things: Cut-outs by class; none of the lists is empty.
  ///   - grounds: Pictures of three channels whose parts are grounds; textures where there are none,
  ///     and in a third of the pictures.
  ///   - part: "train" or "test": pictures of two parts have nothing to do with each other.
  init(
    _ things: [[CutOut]], grounds: [Raster] = [], count: Int, size: Int, manner: Manner = Manner(),
    seed: Int, part: String
  ) {
    precondition(!things.isEmpty && things.allSatisfy { !$0.isEmpty })
    self.things = things
    self.grounds = grounds
    self.count = count
    (height, width) = (size, size)
    self.manner = manner
    self.seed = seed
    self.part = part
    // Making a picture takes longer than fetching it; a quarter of a gigabyte is kept.
    kept = Mutex(([:], 1 << 28))
  }

  func scene(_ index: Int) throws -> Scene {
    if let known = kept.withLock({ $0.scenes[index] }) { return known }
    let made = composed(index)
    kept.withLock { state in
      let bytes = 4 * height * width
      guard state.room >= bytes, state.scenes[index] == nil else { return }
      state.scenes[index] = made
      state.room -= bytes
    }
    return made
  }

  static func count(_ name: String, _ summary: String, _ usual: Int) -> Argument<Int> {
    Argument(name, summary, default: usual) {
      (1...1_000_000).contains($0) ? nil : "must be in 1..1000000"
    }
  }

  /// - Note: A picture has 2^20 random words of its own, some for each pixel of its ground.
  static func side(_ usual: Int) -> Argument<Int> {
    Argument("size", "Height and width.", default: usual) {
      (8...512).contains($0) ? nil : "must be in 8..512"
    }
  }

  private func composed(_ index: Int) -> Scene {
    var draws = Draws(
      seed: UInt64(bitPattern: Int64(seed)), stream: Random.stream("scene", part), place: index)
    var canvas = Canvas(height: height, width: width, ground: ground(&draws))
    let brightness = canvas.pixels.reduce(0) { $0 + Int($1) } / canvas.pixels.count
    let number =
      manner.things.lowerBound
      + draws.integer(below: manner.things.upperBound - manner.things.lowerBound + 1)
    for _ in 0..<number {
      let own = things[draws.integer(below: things.count)]
      let thing = own[draws.integer(below: own.count)]
      var place = Canvas.Place(
        x: draws.uniform(0.12, 0.88) * Double(width), y: draws.uniform(0.12, 0.88) * Double(height),
        size: draws.uniform(manner.size.lowerBound, manner.size.upperBound) * Double(height),
        degrees: draws.uniform(-manner.degrees, manner.degrees))
      place.isMirrored = manner.mirrors && draws.chance(0.5)
      place.light = draws.uniform(0.75, 1.2)
      place.color = ComposedScenes.color(against: brightness, &draws)
      canvas.paste(thing, at: place)
    }
    return canvas.scene
  }

  /// A colour that can be told from a ground of this brightness.
  private static func color(against brightness: Int, _ draws: inout Draws) -> [UInt8] {
    let random = Texture.color(&draws).map { Int($0) }
    // Towards white on dark grounds, towards black on light ones.
    return random.map { UInt8(brightness < 128 ? 128 + $0 / 2 : $0 / 2) }
  }

  private func ground(_ draws: inout Draws) -> [UInt8] {
    let isTexture = draws.chance(1.0 / 3)
    guard !grounds.isEmpty, !isTexture else {
      return Texture.ground(height: height, width: width, &draws)
    }
    let whole = grounds[draws.integer(below: grounds.count)]
    let shorter = min(whole.width, whole.height)
    let side = max(1, Int(draws.uniform(0.5, 1) * Double(shorter)))
    let part = whole.cropped(
      left: draws.integer(below: whole.width - side + 1),
      top: draws.integer(below: whole.height - side + 1), width: side, height: side)
    return part.resized(width: width, height: height, .bilinear).pixels
  }
}
