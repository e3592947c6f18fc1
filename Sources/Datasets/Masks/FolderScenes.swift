import Catalog
import Images
import Synchronization
import Tensors

/// Pictures and masks in files, read when they are asked for and kept as far as memory allows.
final class FolderScenes: SceneSource {
  let count: Int
  /// What a network sees; scenes are as large as `fit` says and cut to it.
  let height: Int
  let width: Int
  let channels: Int
  let pairs: [ScenePair]
  private let code: MaskCode
  let fit: SceneFit
  private let state: Mutex<(kept: [Int: Scene], room: Int)>

  /// - Parameters:
  ///   - crop: Height and width that are cut from the scenes; nil for all of them.
  ///   - memory: Bytes that may be kept.
  init(
    _ pairs: [ScenePair], _ code: MaskCode, _ fit: SceneFit, crop: Int?, channels: Int, memory: Int
  ) {
    count = pairs.count
    self.pairs = pairs
    self.code = code
    self.fit = fit
    self.channels = channels
    height = min(crop ?? fit.height, fit.height)
    width = min(crop ?? fit.width, fit.width)
    state = Mutex(([:], memory))
  }

  func scene(_ index: Int) throws -> Scene {
    if let known = state.withLock({ $0.kept[index] }) { return known }
    let scene = fit.fitted(try read(index))
    let bytes = scene.raster.pixels.count + scene.mask.values.count
    state.withLock { state in
      guard state.room >= bytes, state.kept[index] == nil else { return }
      state.kept[index] = scene
      state.room -= bytes
    }
    return scene
  }

  private func read(_ index: Int) throws -> Scene {
    let pair = pairs[index]
    // Masks have no orientation, so that of a camera would part the two.
    let raster = try PictureFile(path: pair.image).raster(isUpright: false)
    let mask = try code.mask(pair.mask)
    guard raster.width == mask.width, raster.height == mask.height else {
      throw Failure(
        .data,
        "\(shownPath(pair.image)) has \(raster.width)×\(raster.height) pixels, its mask "
          + "\(shownPath(pair.mask)) has \(mask.width)×\(mask.height)")
    }
    return Scene(raster.converted(to: channels), mask: mask)
  }

  /// Reads every file, with all threads, where all of them fit into memory; else looks at what stands
  /// before the pixels.
  ///
  /// - Throws: What is wrong with the first file that is damaged.
  func check() throws {
    let fits = state.withLock { $0.room } / (fit.height * fit.width * (channels + 1)) >= count
    let problems = Mutex<[Int: any Error]>([:])
    parallelFor(count, chunk: 1) { low, high in
      for index in low..<high {
        do {
          if fits {
            _ = try scene(index)
          } else {
            try PictureFile.check(path: pairs[index].image)
            try PictureFile.check(path: pairs[index].mask)
          }
        } catch { problems.withLock { $0[index] = error } }
      }
    }
    let found = problems.withLock { $0 }
    if let first = found.keys.min(), let problem = found[first] { throw problem }
  }
}

/// Makes data sets of pairs of files.
struct SceneReader {
  var name: String
  var script: String
  var code: MaskCode
  var classNames: [String]
  var fit: SceneFit
  var crop: Int?
  var grey = false
  /// Bytes of pictures that may be kept, of both parts together.
  var memory: Int

  func dataset(train: [ScenePair], test: [ScenePair]) throws -> Dataset {
    let total = max(1, train.count + test.count)
    func split(_ pairs: [ScenePair], _ part: String, crop: Int?) throws -> Split {
      let share = Int(Double(memory) * Double(pairs.count) / Double(total))
      let source = FolderScenes(
        pairs, code, fit, crop: crop, channels: grey ? 1 : 3, memory: share)
      try source.check()
      return Split(
        "\(name).\(part)", scenes: source, classes: code.classes, classNames: classNames)
    }
    // Training looks at parts, the test at whole pictures.
    return Dataset(
      name: name, script: script, train: try split(train, "train", crop: crop),
      test: test.isEmpty ? nil : try split(test, "test", crop: nil))
  }

  static let fitArgument = Argument<SceneFit.Way>(
    "fit", "Whether the sides' ratio is kept (\"pad\") or not (\"stretch\").", default: .pad)
  static let memoryArgument = Argument<Int>(
    "memory", "Megabytes of pictures that are kept.", default: 1024
  ) { (0...1_000_000).contains($0) ? nil : "must be in 0..1000000" }
  static let cropArgument = Argument<Int?>(
    "crop", "Height and width of training pictures, cut from the whole; none: all of it.",
    default: nil
  ) { (crop: Int?) -> String? in crop.map { $0 > 0 } ?? true ? nil : "must be positive" }
}

/// A height and a width, or one number for both.
struct SceneSize: ArgumentType, Equatable {
  var height: Int
  var width: Int

  static let expected = "a number of pixels or [height, width]"
  static let valueKind: String? = "number"

  static func read(_ value: Value) throws -> SceneSize {
    let sides: [Int]
    if case .list = value { sides = try [Int].read(value) } else { sides = [try Int.read(value)] }
    guard (1...2).contains(sides.count) else { throw Mismatch() }
    guard sides.allSatisfy({ (1...4096).contains($0) }) else {
      throw Mismatch("sides must be in 1..4096")
    }
    return SceneSize(height: sides[0], width: sides[sides.count - 1])
  }

  var literal: String { height == width ? "\(height)" : "[\(height), \(width)]" }
}
