import Catalog
import Images

/// Photographs in a folder for each class, as ImageNet is published.
enum ImageFolder {
  /// What is done about files that are no pictures.
  enum Damage: String, Choice {
    case skip, refuse
  }

  static let declaration: Declaration = Declaration(
    "image_folder", "Photographs in folders, one for each class, JPEG and PNG.",
    details: """
      The folder holds `train` and `val` (or `test`) with a folder for each class in them, or the \
      classes themselves, of which `test` says another folder or a share to hold out. The shorter \
      side is brought to size/crop pixels with antialiasing and a square is cut from the middle. \
      Pictures are read on threads ahead of the step and kept in memory up to `memory` MB. Where all \
      of them fit, every file is read once at the start, else headers are looked at; files that are \
      no pictures are named and left out (`damaged=\"skip\"`) or refused. One that turns out damaged \
      later is replaced by the next of its class. Cameras' orientation is applied, which torchvision \
      does not do.
      """,
    Argument<String>("path", "The folder."), sizeArgument, testArgument, cropArgument,
    interpolationArgument, damagedArgument, memoryArgument, greyArgument, meanArgument,
    stdArgument,
    examples: ["data = image_folder(\"pets\", size=64, test=0.2)"],
    keywords: ["photographs", "imagenet", "jpeg", "png", "folder", "own data"]
  ) {
    (
      path: String, size: Int, test: TestPart, crop: Double, interpolation: Interpolation,
      damaged: Damage, memory: Int, grey: Bool, mean: [Float]?, std: [Float]?
    ) throws -> Dataset in
    var parts = [quotedText(path), "size=\(size)"]
    if test != .beside { parts.append("test=\(test.literal)") }
    if crop != 1 { parts.append("crop=\(crop.literal)") }
    if interpolation != .bicubic { parts.append("interpolation=\(interpolation.literal)") }
    if damaged != .skip { parts.append("damaged=\(damaged.literal)") }
    if memory != 1024 { parts.append("memory=\(memory)") }
    if grey { parts.append("grey=true") }
    if let mean { parts.append("mean=\(mean.literal)") }
    if let std { parts.append("std=\(std.literal)") }
    let reader = FolderReader(
      way: Preprocessing(
        size: size, crop: crop, interpolation: interpolation,
        normalisation: try normalisation(channels: grey ? 1 : 3, mean, std)),
      memory: memory << 20, refuses: damaged == .refuse)
    return try reader.dataset(
      path, test: test, script: "image_folder(\(parts.joined(separator: ", ")))")
  }

  private static func normalisation(
    channels: Int, _ mean: [Float]?, _ std: [Float]?
  ) throws -> Normalisation {
    var result = Normalisation.imagenet.fitted(to: channels)
    for (name, given) in [("mean", mean), ("std", std)] {
      guard let given else { continue }
      guard given.count == channels else {
        throw Failure(
          .argument,
          "image_folder: '\(name)' has \(given.count) numbers, the pictures have "
            + "\(channels) channels", site: .named(name))
      }
      if name == "mean" { result.mean = given } else { result.std = given }
    }
    return result
  }

  private static let sizeArgument = Argument<Int>(
    "size", "Height and width of the pictures.", default: 224
  ) { Preprocessing.sizes.contains($0) ? nil : "must be in 1..2048" }
  private static let testArgument = Argument<TestPart>(
    "test", "Another folder, or a share of the samples; none: see details.", default: .beside)
  private static let cropArgument = Argument<Double>(
    "crop", "Part of the resized side that is kept.", default: 1
  ) { Preprocessing.crops.contains($0) ? nil : "must be between 0.25 and 1" }
  private static let interpolationArgument = Argument<Interpolation>(
    "interpolation", "How pixels between pixels are found.", default: .bicubic)
  private static let damagedArgument = Argument<Damage>(
    "damaged", "What is done about files that are no pictures.", default: .skip)
  private static let memoryArgument = Argument<Int>(
    "memory", "Megabytes of pictures that are kept.", default: 1024
  ) { (0...1_000_000).contains($0) ? nil : "must be in 0..1000000" }
  private static let greyArgument = Argument<Bool>(
    "grey", "Whether pictures have one channel.", default: false)
  private static let meanArgument = Argument<[Float]?>(
    "mean", "Mean of each channel; none: ImageNet's.", default: nil)
  private static let stdArgument = Argument<[Float]?>(
    "std", "Deviation of each channel; none: ImageNet's.", default: nil
  ) { std in
    guard let std, !std.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    return "must be positive"
  }
}

/// Makes a data set of folders.
struct FolderReader {
  var way: Preprocessing
  /// Bytes of pictures that may be kept, of all parts together.
  var memory: Int
  var refuses: Bool

  func dataset(_ path: String, test: TestPart, script: String) throws -> Dataset {
    let root = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard FolderListing.isFolder(root) else {
      throw Failure(.file, "there is no folder \(shownPath(root))")
    }
    let hasTrain = FolderListing.isFolder(root + "/train")
    var train = try FolderListing(hasTrain ? root + "/train" : root)
    var held: FolderListing?
    switch test {
    case .file(let folder): held = try FolderListing(folder, classNames: train.classNames)
    case .share(let share):
      let count = Int((Double(train.paths.count) * share).rounded())
      guard count > 0, count < train.paths.count else {
        throw Failure(
          .value,
          "image_folder: test=\(numberText(share)) of \(train.paths.count) pictures leaves a part empty"
        )
      }
      let parts = stratified(
        train.labels, classes: train.classNames.count, holding: count, seed: 0)
      held = train.selecting(parts.held)
      train = train.selecting(parts.kept)
    case .beside:
      let folder = ["val", "valid", "validation", "test"].map { root + "/" + $0 }
        .first { hasTrain && FolderListing.isFolder($0) }
      held = try folder.map { try FolderListing($0, classNames: train.classNames) }
    }
    let name = root.split(separator: "/").last.map { String($0) } ?? "images"
    let total = train.paths.count + (held?.paths.count ?? 0)
    var skipped: [String] = []
    func split(_ listing: FolderListing, _ part: String) throws -> Split {
      // Each part has its share of the memory.
      let share = Int(Double(memory) * Double(listing.paths.count) / Double(total))
      let (kept, source, reasons) = try opened(listing, memory: share)
      skipped += reasons
      return Split(
        "\(name).\(part)", images: source, labels: kept.labels, classes: kept.classNames.count,
        classNames: kept.classNames)
    }
    let trainPart = try split(train, "train")
    let testPart = try held.map { try split($0, "test") }
    return Dataset(
      name: name, script: script, train: trainPart, test: testPart, skipped: skipped)
  }

  /// The pictures of a part without those that cannot be read.
  private func opened(
    _ listing: FolderListing, memory: Int
  ) throws -> (FolderListing, FolderImages, [String]) {
    func source(_ listing: FolderListing) -> FolderImages {
      FolderImages(
        listing.paths, labels: listing.labels, way: way, isUpright: true, memory: memory,
        skipsDamaged: !refuses)
    }
    let all = source(listing)
    let size = way.size * way.size * way.normalisation.mean.count
    let paths = listing.paths
    let fits = paths.count * size <= memory
    let damage = listing.damage { place in
      if fits {
        _ = try all.check(place)
      } else {
        try PictureFile.check(path: paths[place])
      }
    }
    guard let first = damage.first else { return (listing, all, []) }
    let reasons = damage.map(\.reason)
    if refuses {
      throw Failure(
        .file, "\(damage.count) of \(paths.count) files are no pictures: \(first.reason)",
        advice: "damaged=\"skip\" leaves them out")
    }
    let bad = Set(damage.map(\.place))
    let kept = listing.selecting(paths.indices.filter { !bad.contains($0) })
    guard !kept.paths.isEmpty else {
      throw Failure(.file, "none of \(paths.count) files is a picture: \(first.reason)")
    }
    let places = Dictionary(uniqueKeysWithValues: zip(kept.paths, kept.paths.indices))
    return (kept, source(kept).keeping(all, places: places), reasons)
  }
}
