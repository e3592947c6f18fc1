import Catalog
import Foundation

/// Anyone's pictures and masks: two folders whose files go by the same names.
enum SegmentationFolder {
  static let declaration: Declaration = Declaration(
    "segmentation_folder", "Pictures in one folder and masks of the same names in another.",
    details: """
      Masks are grey or palette PNG files of 1 to 16 bits whose numbers are classes; `map` \
      translates numbers, [[7, 0], [8, 1]] or [[7, 0], [8, 0]], and leaves all others out. Pictures \
      (JPEG, PNG) and masks are paired by their names without endings; a folder inside is part of \
      the name. Where both folders hold `train` and `val` (or `test`), these are the parts, else a \
      share `test` is held out. Pictures are brought to `size`, filled up where their ratio differs \
      (`fit=\"pad\"`); masks by nearest pixels.
      """,
    Argument<String>("images", "Folder of the pictures."),
    Argument<String>("masks", "Folder of the masks."),
    Argument("size", "Height and width.", default: SceneSize(height: 128, width: 128)),
    Argument(
      "classes", "Their number or names; none: one more than the greatest number.",
      default: ClassList.counted),
    Argument("ignore", "The number of pixels of no class.", default: 255),
    Argument("map", "Pairs [number, class]; none: numbers are classes.", default: [[Int]]()) {
      pairs in
      pairs.allSatisfy {
        $0.count == 2 && (0..<65_536).contains($0[0]) && (0..<Mask.mostClasses).contains($0[1])
      }
        ? nil : "must be pairs [number, class]"
    },
    Argument("test", "Share that is held out where there are no parts.", default: 0.2) {
      $0 >= 0 && $0 < 1 ? nil : "must be at least 0 and less than 1"
    },
    SceneReader.cropArgument, SceneReader.fitArgument,
    Argument("grey", "Whether pictures have one channel.", default: false),
    SceneReader.memoryArgument,
    examples: ["data = segmentation_folder(\"photos\", \"masks\", size=96, classes=3)"],
    keywords: ["segmentation", "mask", "own data", "png", "palette"]
  ) {
    (
      images: String, masks: String, size: SceneSize, classes: ClassList, ignore: Int,
      map: [[Int]], test: Double, crop: Int?, way: SceneFit.Way, grey: Bool, memory: Int
    ) throws -> Dataset in
    var given = [quotedText(images), quotedText(masks), "size=\(size.literal)"]
    if classes != .counted { given.append("classes=\(classes.literal)") }
    if ignore != 255 { given.append("ignore=\(ignore)") }
    if !map.isEmpty { given.append("map=\(map.literal)") }
    if test != 0.2 { given.append("test=\(numberText(test))") }
    if let crop { given.append("crop=\(crop)") }
    if way != .pad { given.append("fit=\(way.literal)") }
    if grey { given.append("grey=true") }
    if memory != 1024 { given.append("memory=\(memory)") }
    let pairing = try Pairing(images, masks)
    let parts = try pairing.parts(holding: test)
    var code = MaskCode(
      classes: 0, ignored: ignore,
      map: map.isEmpty ? nil : Dictionary(map.map { ($0[0], $0[1]) }) { _, last in last })
    code.classes = try classes.count(code, parts.train + parts.test)
    let name = images.split(separator: "/").last.map { String($0) } ?? "images"
    return try SceneReader(
      name: name, script: "segmentation_folder(\(given.joined(separator: ", ")))", code: code,
      classNames: classes.names,
      fit: SceneFit(height: size.height, width: size.width, way: way), crop: crop, grey: grey,
      memory: memory << 20
    ).dataset(train: parts.train, test: parts.test)
  }

  /// How many classes there are, and what they are called.
  enum ClassList: ArgumentType, Equatable {
    case counted
    case number(Int)
    case named([String])

    static let expected = "a number, a list of names or none"
    static let valueKind: String? = "number"

    static func read(_ value: Value) throws -> ClassList {
      if case .none = value { return .counted }
      if case .list = value {
        let names = try [String].read(value)
        guard (1...Mask.mostClasses).contains(names.count) else { throw Mismatch() }
        return .named(names)
      }
      let count = try Int.read(value)
      guard (1...Mask.mostClasses).contains(count) else {
        throw Mismatch("must be in 1..\(Mask.mostClasses)")
      }
      return .number(count)
    }

    var literal: String {
      switch self {
      case .counted: "none"
      case .number(let count): "\(count)"
      case .named(let names): names.literal
      }
    }

    var names: [String] {
      if case .named(let names) = self { names } else { [] }
    }

    func count(_ code: MaskCode, _ pairs: [ScenePair]) throws -> Int {
      let greatest =
        try code.map?.values.max()
        ?? {
          guard case .counted = self else { return 0 }
          return try pairs.reduce(0) { max($0, try code.greatest($1.mask)) }
        }()
      let count: Int
      switch self {
      case .counted: count = greatest + 1
      case .number(let given): count = given
      case .named(let names): count = names.count
      }
      guard greatest < count, count <= Mask.mostClasses else {
        throw Failure(
          .data, "the masks have a class \(greatest), there are \(min(count, Mask.mostClasses))",
          advice: "map= says which class a number is")
      }
      return count
    }
  }

  /// Pictures and masks of the same names.
  private struct Pairing {
    private let images: String
    private let masks: String

    init(_ images: String, _ masks: String) throws {
      for folder in [images, masks] where !FolderListing.isFolder(folder) {
        throw Failure(.file, "there is no folder \(shownPath(folder))")
      }
      self.images = images
      self.masks = masks
    }

    func parts(holding share: Double) throws -> (train: [ScenePair], test: [ScenePair]) {
      let hasParts = [images, masks].allSatisfy { FolderListing.isFolder($0 + "/train") }
      if hasParts {
        let held = ["val", "valid", "validation", "test"].first { name in
          [images, masks].allSatisfy { FolderListing.isFolder($0 + "/" + name) }
        }
        return (
          try pairs(images + "/train", masks + "/train"),
          try held.map { try pairs(images + "/" + $0, masks + "/" + $0) } ?? []
        )
      }
      let all = try pairs(images, masks)
      let count = Int((Double(all.count) * share).rounded())
      guard count < all.count else {
        throw Failure(
          .value,
          "segmentation_folder: test=\(numberText(share)) of \(all.count) pictures leaves none"
        )
      }
      let parts = stratified(
        Array(repeating: 0, count: all.count), classes: 1, holding: count, seed: 0)
      return (parts.kept.map { all[$0] }, parts.held.map { all[$0] })
    }

    private func pairs(_ images: String, _ masks: String) throws -> [ScenePair] {
      let pictures = try stems(images, ["jpg", "jpeg", "jpe", "png"])
      let others = Dictionary(try stems(masks, ["png"])) { first, _ in first }
      guard !pictures.isEmpty else {
        throw Failure(.file, "\(shownPath(images)) has no JPEG or PNG files")
      }
      return try pictures.map { stem, path in
        guard let mask = others[stem] else {
          throw Failure(
            .file, "\(shownPath(path)) has no mask '\(stem.suffix(80)).png' in \(shownPath(masks))")
        }
        return ScenePair(image: path, mask: mask)
      }
    }

    /// Names without endings, below the folder, and the files.
    private func stems(_ folder: String, _ endings: [String]) throws -> [(String, String)] {
      try PictureTree(folder, endings: endings).paths.map { path in
        let inner = path.dropFirst(folder.count + 1)
        return (String(inner.lastIndex(of: ".").map { inner[..<$0] } ?? inner), path)
      }
    }
  }
}
