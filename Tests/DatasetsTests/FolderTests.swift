import Catalog
import Datasets
import Foundation
import Images
import Tensors
import Testing

@Suite("Folders of photographs")
struct FolderTests {
  /// A folder with classes `a` and `b`, of `count` pictures each; picture i of class c is of one
  /// colour.
  private func write(_ folder: TemporaryFolder, _ prefix: String, count: Int) throws {
    for (label, name) in ["a", "b"].enumerated() {
      try FileManager.default.createDirectory(
        atPath: folder.file(prefix + name), withIntermediateDirectories: true)
      for index in 0..<count {
        let level = UInt8(20 * label + index)
        let raster = Raster(
          width: 12 + index, height: 9, channels: 3,
          pixels: [UInt8](repeating: level, count: (12 + index) * 27))
        try folder.write(PNG.encoded(raster), "\(prefix)\(name)/\(index).png")
      }
    }
  }

  private func open(
    _ folder: TemporaryFolder, _ more: (String?, Value)...
  ) throws -> Dataset {
    let declaration = try #require(dataRegistry.declarations.first { $0.name == "image_folder" })
    let given = [GivenArgument(.string(folder.path)), GivenArgument(.number(6), name: "size")]
    return try dataset(
      declaration.call(given + more.map { GivenArgument($0.1, name: $0.0) }, NoSession()))
  }

  @Test("train and val are parts; classes are folders")
  func parts() throws {
    let folder = try TemporaryFolder()
    try write(folder, "train/", count: 4)
    try write(folder, "val/", count: 2)
    let data = try open(folder)
    #expect(data.train.count == 8 && data.test.count == 4)
    #expect(data.classNames == ["a", "b"] && data.height == 6 && data.channels == 3)
    #expect(data.train.labels == [0, 0, 0, 0, 1, 1, 1, 1])
    let image = try data.train.image(6)
    let level: Float = 22 / 255
    #expect(image.values.allSatisfy { abs($0 - level) < 1e-6 })
    let batch = try data.test.batch([0, 3])
    let wanted: Float = (21 / 255 - 0.406) / 0.225
    let found = batch.images.values.last ?? 0
    #expect(abs(found - wanted) < 1e-5)
    let unkept = try open(folder, ("memory", .number(0)))
    let (kept, read) = (try data.train.batch([1, 5]), try unkept.train.batch([1, 5]))
    #expect(kept.images.values == read.images.values)
  }

  @Test("a share is held out, each class with its own")
  func share() throws {
    let folder = try TemporaryFolder()
    try write(folder, "", count: 5)
    let data = try open(folder, ("test", .number(0.2)))
    #expect(data.train.count == 8 && data.test.classCounts == [1, 1])
    #expect(data.script.contains("test=0.2"))
    #expect(try open(folder).test.count == 0)
    #expect(failure { _ = try open(folder, ("test", .number(0.01))) }?.kind == .value)
  }

  @Test("damaged files are named, counted and left out, or refused", arguments: [0, 1024])
  func damage(memory: Double) throws {
    let folder = try TemporaryFolder()
    try write(folder, "", count: 3)
    try folder.write(Array("no picture".utf8), "a/1.png")
    try folder.write([], "b/9.jpg")
    let data = try open(folder, ("memory", .number(memory)))
    #expect(data.train.count == 6 - 1 && data.skipped.count == 2)
    #expect(data.skipped[0].contains("1.png") && data.skipped[1].contains("is empty"))
    #expect(data.display(Style()).plain.contains("2 files are no pictures"))
    // What is left keeps its place.
    let second = try data.train.image(1).values[0]
    #expect((second * 255).rounded() == 2)
    let refused = failure {
      _ = try open(folder, ("damaged", .string("refuse")), ("memory", .number(memory)))
    }
    #expect(refused?.message.hasPrefix("2 of 7 files are no pictures") == true)
  }

  @Test("a picture that turns out damaged is replaced by the next of its class")
  func lateDamage() throws {
    let folder = try TemporaryFolder()
    try write(folder, "", count: 3)
    // A sound header, and pixels that are not.
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("a/1.png"))))
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("IDAT".utf8)) })
    for place in start + 4..<start + 10 { bytes[place] = 0xAB }
    try folder.write(bytes, "a/1.png")
    let data = try open(folder, ("memory", .number(0)))
    #expect(data.train.count == 6)
    let (first, next) = (try data.train.image(1), try data.train.image(2))
    #expect(first == next)
    #expect(data.skipped.count == 1 && data.skipped[0].contains("1.png"))
    let whole = try open(folder)
    #expect(whole.train.count == 5 && whole.skipped.count == 1)
    let strict = try open(folder, ("memory", .number(0)), ("damaged", .string("refuse")))
    #expect(failure { _ = try strict.train.batch([0, 1]) }?.message.contains("1.png") == true)
  }

  /// JPEG with one, three and four components, progressive too; PNG of 1 to 16 bits, with palettes,
  /// greys, opacity, interlaced.
  @Test("every kind of picture that is read stands in folders", arguments: [false, true])
  func kinds(isGrey: Bool) throws {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Golden/images")
    let folder = try TemporaryFolder()
    var count = 0
    for (name, ending) in [("photo", "jpg"), ("drawn", "png")] {
      let files = try FileManager.default.contentsOfDirectory(atPath: source.path).filter {
        $0.hasSuffix("." + ending)
      }
      count += files.count
      try FileManager.default.createDirectory(
        atPath: folder.file(name), withIntermediateDirectories: true)
      for file in files {
        try FileManager.default.copyItem(
          atPath: source.appendingPathComponent(file).path, toPath: folder.file("\(name)/\(file)"))
      }
    }
    let data = try open(folder, ("grey", .bool(isGrey)))
    #expect(data.train.count == count && count > 30 && data.skipped.isEmpty)
    #expect(data.channels == (isGrey ? 1 : 3))
    let augmentation = Augmentation(RandomResizedCrop())
    let batch = try data.train.batch(Array(0..<count), augmentation: augmentation)
    #expect(batch.images.shape == [count, 6, 6, isGrey ? 1 : 3])
    #expect(batch.images.values.allSatisfy { abs($0) < 3 })
  }

  @Test("folders that are none are named")
  func badFolders() throws {
    let folder = try TemporaryFolder()
    #expect(failure { _ = try open(folder) }?.message.contains("has no folders") == true)
    try FileManager.default.createDirectory(
      atPath: folder.file("a"), withIntermediateDirectories: true)
    #expect(failure { _ = try open(folder) }?.message.contains("no JPEG or PNG") == true)
    #expect(failure { _ = try call("image_folder", (nil, .string("/nowhere"))) } != nil)
  }

  @Test("batches made ahead are the batches")
  func ahead() throws {
    let folder = try TemporaryFolder()
    try write(folder, "", count: 7)
    let data = try open(folder)
    let augmentation = Augmentation(RandomCrop(padding: 2))
    let reader = BatchReader()
    var batches = Batches(data.train, seed: 3, epoch: 0, batchSize: 4)
    for epoch in 0..<3 {
      for index in 0..<batches.count {
        let found = try reader.batch(batches, index, augmentation: augmentation)
        let wanted = try batches.batch(index, augmentation: augmentation)
        #expect(found.images.values == wanted.images.values, "\(epoch) \(index)")
        #expect(found.labels == wanted.labels)
      }
      batches = batches.following
    }
    // Going back, and changing what is done to them, gives what is asked for.
    for (index, change) in [(2, augmentation), (0, .none), (0, augmentation), (3, augmentation)] {
      let found = try reader.batch(batches, index, augmentation: change)
      let wanted = try batches.batch(index, augmentation: change)
      #expect(found.images.values == wanted.images.values)
    }
  }
}
