import Catalog
import Images
import Synchronization
import Tensors

/// Scenes composed of the cut-outs of a drawing program for children, which Debian packages.
enum Stamps {
  /// Where the system's package puts them.
  private static let folder = "/usr/share/tuxpaint/stamps"
  /// The folders with enough photographs; the others hold signs, letters and seasonal drawings.
  private static let usual = [
    "animals", "food", "plants", "household", "vehicles", "clothes", "sports",
  ]
  /// Folders whose things fill their pictures: the insides of the large ones are grounds, where they
  /// are no classes.
  private static let scenery = ["town/monuments", "space", "seasonal"]
  /// Cut-outs held out for the test part, of each class.
  private static let heldOut = 0.25

  static let declaration = Declaration(
    "stamps", "Pictures composed of photographed cut-outs with exact masks, for segmentation.",
    details: """
      The cut-outs are those of the system's package `tuxpaint-stamps-default` (GPL 2; scenes() needs \
      no package): classes are its folders, 0 is the ground, folders below one (\"animals/birds\") may \
      be classes, too. One to four things of random class, size, place and turn are pasted over \
      grounds: pieces of the package's monuments, planets and seasonal things, of photographs in \
      `backgrounds`, and textures. Masks are exact: a pixel is the thing's where it is more opaque \
      than not. A quarter of each class's cut-outs is kept for the test part. A picture is a \
      function of the seed, the part and its number.
      """,
    Argument("classes", "Folders that are classes.", default: usual) { classes in
      (1...64).contains(classes.count) ? nil : "must be 1 to 64 folders"
    },
    ComposedScenes.count("train", "Training pictures.", 2000),
    ComposedScenes.count("test", "Test pictures.", 400),
    ComposedScenes.side(96),
    Argument("seed", "Makes the pictures.", default: 0),
    Argument(
      "backgrounds", "A folder of photographs; none: what the package has.", default: String?.none),
    Argument("path", "The folder of the cut-outs.", default: folder),
    examples: ["data = stamps(train=500, test=100, size=64)"],
    keywords: ["segmentation", "mask", "tuxpaint", "synthetic", "compose", "cut-out"]
  ) {
    (
      classes: [String], train: Int, test: Int, size: Int, seed: Int, backgrounds: String?,
      path: String
    ) throws -> Dataset in
    guard FolderListing.isFolder(path) else {
      throw Failure(
        .file, "the cut-outs are not at '\(path)'",
        advice: "run 'apt install tuxpaint-stamps-default', or take scenes(), which is built in")
    }
    let parts = try divided(path, classes, size)
    let grounds = try grounds(path, classes, backgrounds, size)
    func split(_ things: [[CutOut]], _ name: String, count: Int) -> Split {
      Split(
        "stamps.\(name)",
        scenes: ComposedScenes(
          things, grounds: grounds, count: count, size: size,
          manner: .init(size: 0.35...0.8, degrees: 25), seed: seed, part: name),
        classes: classes.count + 1, classNames: ["ground"] + classes)
    }
    var given: [String] = classes == usual ? [] : ["classes=\(classes.literal)"]
    for (name, number, usual) in [
      ("train", train, 2000), ("test", test, 400), ("size", size, 96), ("seed", seed, 0),
    ] where number != usual { given.append("\(name)=\(number)") }
    if let backgrounds { given.append("backgrounds=\(quotedText(backgrounds))") }
    if path != folder { given.append("path=\(quotedText(path))") }
    return Dataset(
      name: "stamps", script: "stamps(\(given.joined(separator: ", ")))",
      train: split(parts.train, "train", count: train),
      test: split(parts.test, "test", count: test))
  }

  /// The cut-outs of each class, for training and for test: which is which depends on the files
  /// alone.
  private static func divided(
    _ path: String, _ classes: [String], _ size: Int
  ) throws -> (train: [[CutOut]], test: [[CutOut]]) {
    var train: [[CutOut]] = []
    var test: [[CutOut]] = []
    for (place, name) in classes.enumerated() {
      let things = try cutOuts(path + "/" + name, label: UInt8(place + 1), size)
      guard things.count >= 2 else {
        throw Failure(
          .data, "\(shownPath(path + "/" + name)) has \(things.count) cut-outs, two are needed",
          advice: "classes= names folders of pictures with opacity")
      }
      let order = Random.permutation(things.count, seed: 0, stream: Random.stream("stamps", name))
      let held = max(1, Int(Double(things.count) * heldOut))
      test.append(order.prefix(held).sorted().map { things[$0] })
      train.append(order.dropFirst(held).sorted().map { things[$0] })
    }
    return (train, test)
  }

  private static func cutOuts(_ folder: String, label: UInt8, _ size: Int) throws -> [CutOut] {
    let paths = try PictureTree(folder, endings: ["png"], leaving: ["cartoon"]).paths
    return try read(paths) { CutOut.read($0, label: label, largest: max(32, size)) }
  }

  /// Grounds of three channels: photographs, or the insides of large cut-outs.
  private static func grounds(
    _ path: String, _ classes: [String], _ backgrounds: String?, _ size: Int
  ) throws -> [Raster] {
    @Sendable func small(_ raster: Raster) -> Raster {
      let shorter = min(raster.width, raster.height)
      return shorter > 2 * size
        ? raster.resized(shorterSide: 2 * size, .bilinear) : raster
    }
    if let backgrounds {
      let paths = try PictureTree(backgrounds, endings: ["jpg", "jpeg", "png"]).paths
      let found = try read(paths) { small($0.converted(to: 3)) }
      guard !found.isEmpty else {
        throw Failure(.file, "\(shownPath(backgrounds)) has no JPEG or PNG files")
      }
      return found
    }
    let folders = scenery.filter { name in
      !classes.contains { name == $0 || name.hasPrefix($0 + "/") }
        && FolderListing.isFolder(path + "/" + name)
    }
    let paths = try folders.flatMap {
      try PictureTree(path + "/" + $0, endings: ["png"], leaving: ["cartoon"]).paths
    }
    return try read(paths) { $0.inside.map { small($0.converted(to: 3)) } }
  }

  /// Reads pictures with all threads; what `make` makes nothing of is left out.
  private static func read<Result: Sendable>(
    _ paths: [String], _ make: @Sendable (Raster) -> Result?
  ) throws -> [Result] {
    let found = Mutex<[Int: Swift.Result<Result?, any Error>]>([:])
    parallelFor(paths.count, chunk: 1) { low, high in
      for place in low..<high {
        let result = Swift.Result {
          make(try PictureFile(path: paths[place]).raster(keepsOpacity: true))
        }
        found.withLock { $0[place] = result }
      }
    }
    let results = found.withLock { $0 }
    return try paths.indices.compactMap { try results[$0]?.get() }
  }
}

extension Raster {
  /// A square from the middle without a transparent pixel, at least 64 pixels a side; nil where there
  /// is none.
  fileprivate var inside: Raster? {
    guard channels == 2 || channels == 4 else { return nil }
    for tenths in stride(from: 10, through: 3, by: -1) {
      let side = min(width, height) * tenths / 10
      guard side >= 64 else { return nil }
      let part = centerCropped(to: side)
      let isWhole = stride(from: channels - 1, to: part.pixels.count, by: channels)
        .allSatisfy { part.pixels[$0] >= 250 }
      if isWhole { return part }
    }
    return nil
  }
}
