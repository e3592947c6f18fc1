import Catalog
import Datasets
import Images
import Tensors
import Testing

/// Scenes whose grey tells the class: pixel = 40 · class.
struct TellingScenes: SceneSource {
  let count = 6
  let height = 12
  let width = 12
  let channels = 3
  /// Of the whole scene, before it is cut.
  var side = 12
  var normalisation: Normalisation? { .identity(channels: 3) }

  func scene(_ index: Int) -> Scene {
    let labels = (0..<side * side).map { place -> UInt8 in
      let (y, x) = (place / side, place % side)
      return x < side / 3 ? 1 : y < side / 2 + index % 3 ? 2 : (x + y) % 7 == 0 ? 0 : 3
    }
    let pixels = labels.flatMap { Array(repeating: $0 * 40, count: 3) }
    return Scene(
      Raster(width: side, height: side, channels: 3, pixels: pixels),
      mask: Mask(height: side, width: side, values: labels))
  }
}

@Suite("pictures with masks")
struct SceneTests {
  private let split = Split(
    "telling", scenes: TellingScenes(), classes: 4, classNames: ["a", "b", "c", "d"])

  /// The classes that the greys of a batch tell, beside those that the masks tell.
  private func classes(_ batch: Batch) -> [(told: Int, masked: Int)] {
    let values = batch.images.values
    return batch.labels.values.indices.map { place in
      (Int((values[3 * place] * 255 / 40).rounded()), Int(batch.labels.values[place]))
    }
  }

  private func augmentation(_ name: String, _ arguments: (String?, Value)...) throws -> Augmentation
  {
    let declaration = try #require(augmentationRegistry.declarations.first { $0.name == name })
    return try Augmentation.read(
      declaration.call(arguments.map { GivenArgument($0.1, name: $0.0) }, NoSession()))
  }

  @Test("labels of a batch are N H W")
  func shapes() throws {
    let batch = try split.batch([4, 1])
    #expect(batch.images.shape == [2, 12, 12, 3])
    #expect(batch.labels.shape == [2, 12, 12])
    #expect(classes(batch).allSatisfy { $0.told == $0.masked })
    #expect(split.task == .segmentation && split.count == 6)
    #expect(split.line == "telling: 6 samples, 12×12 RGB, 4 classes in masks")
  }

  @Test(
    "what moves pixels moves masks alike",
    arguments: ["flip", "random_crop", "random_scale_crop", "random_resized_crop"])
  func moves(name: String) throws {
    let steps = try augmentation(name)
    var (agreeing, counted, isMoved) = (0, 0, false)
    let plain = try split.batch(Array(0..<6))
    for epoch in 0..<8 {
      let batch = try split.batch(Array(0..<6), augmentation: steps, seed: 3, epoch: epoch)
      isMoved = isMoved || batch.labels != plain.labels
      #expect(batch.labels.values.allSatisfy { (0..<4).contains($0) || $0 == 255 })
      for (told, masked) in classes(batch) where masked != 255 {
        counted += 1
        agreeing += told == masked ? 1 : 0
      }
    }
    #expect(isMoved)
    #expect(counted > 1000)
    // Filters blend the greys at borders, where nearest pixels do not.
    let least = ["flip", "random_crop"].contains(name) ? 1 : 0.7
    #expect(Double(agreeing) / Double(counted) >= least, "\(agreeing) of \(counted)")
  }

  @Test("what a crop pads belongs to no class and has the colour of the mean")
  func padding() throws {
    let steps = try augmentation(
      "random_scale_crop", ("scale", .list([.number(0.5), .number(0.5)])))
    let batch = try split.batch([0], augmentation: steps, seed: 1, epoch: 0)
    let ignored = batch.labels.values.indices.filter { batch.labels.values[$0] == 255 }
    // A picture of half the side fills a quarter of the window.
    #expect(ignored.count == 108)
    let corner = try #require(
      ignored.first { place in
        [-13, -12, -11, -1, 1, 11, 12, 13].allSatisfy {
          ignored.contains(place + $0) || place + $0 < 0
        }
      })
    #expect(batch.images.values[3 * corner] == 0)
  }

  @Test("a random crop is cut from the whole of a larger picture")
  func whole() throws {
    let large = Split("large", scenes: TellingScenes(side: 36), classes: 4)
    #expect(try large.batch([0]).labels.shape == [1, 12, 12])
    let steps = try augmentation(
      "random_scale_crop", ("scale", .list([.number(1), .number(1)])))
    var seen: Set<Int32> = []
    for epoch in 0..<20 {
      let batch = try large.batch([0], augmentation: steps, seed: 0, epoch: epoch)
      #expect(classes(batch).allSatisfy { $0.told == $0.masked })
      seen.formUnion(batch.labels.values)
    }
    // Class 1 is at the left rim of the whole, which the middle does not show.
    #expect(seen == [0, 1, 2, 3])
    #expect(!(try large.batch([0]).labels.values.contains(1)))
  }

  @Test("light changes pictures, not masks")
  func light() throws {
    let steps = try augmentation("color_jitter")
    let (plain, changed) = (try split.batch([2]), try split.batch([2], augmentation: steps))
    #expect(plain.labels == changed.labels)
    #expect(plain.images.values != changed.images.values)
    let operations = try augmentation(
      "rand_augment", ("ops", .list([.string("contrast"), .string("brightness")])))
    #expect(try split.batch([2], augmentation: operations).labels == plain.labels)
  }

  @Test(
    "what would leave masks behind is refused",
    arguments: ["mixup", "cutmix", "cutout", "random_erasing", "rand_augment"])
  func refused(name: String) throws {
    let steps = try augmentation(name)
    let found = failure { _ = try split.batch([0], augmentation: steps) }
    #expect(found?.kind == .value)
    #expect(found?.message.contains("masks of 'telling' cannot follow") == true)
    #expect(failure { try steps.check(for: try digits().train) } == nil)
  }

  @Test("a batch made ahead is the batch made now")
  func ahead() throws {
    let steps = try augmentation("random_scale_crop")
    let batches = Batches(split, seed: 5, epoch: 2, batchSize: 4)
    let reader = BatchReader()
    for index in 0..<batches.count {
      let (now, ahead) = (
        try batches.batch(index, augmentation: steps),
        try reader.batch(batches, index, augmentation: steps)
      )
      #expect(now.labels == ahead.labels)
      #expect(now.images.values == ahead.images.values)
    }
  }

  @Test("parts and fewer samples keep their masks")
  func parts() throws {
    let data = try dataset(
      call("scenes", ("train", .number(20)), ("test", .number(5)), ("size", .number(16))))
    #expect(data.task == .segmentation && data.classes == 11)
    let fewer = try dataset(call("subset", (nil, .object(data)), ("train", .number(7))))
    #expect(fewer.train.count == 7 && fewer.task == .segmentation)
    let held = try dataset(call("split", (nil, .object(data)), ("val", .number(0.25))))
    #expect(held.validation?.count == 5 && held.train.count == 15)
    let all = (0..<20).map { try? data.train.scene($0) }
    for index in 0..<5 {
      let scene = try #require(try held.validation?.scene(index))
      #expect(all.contains(scene))
    }
    #expect(fewer.script == "subset(scenes(train=20, test=5, size=16), train=7, seed=0)")
  }

  @Test("arrays keep masks")
  func arrays() throws {
    let folder = try TemporaryFolder()
    let data = try dataset(
      call(
        "scenes", ("digits", .number(3)), ("train", .number(6)), ("test", .number(2)),
        ("size", .number(16))))
    let path = folder.file("scenes.safetensors")
    try data.writeArrays(path)
    let again = try dataset(call("arrays", (nil, .string(path))))
    #expect(again.task == .segmentation && again.classes == 4)
    #expect(again.train.count == 6 && again.test.count == 2)
    for index in 0..<6 { #expect(try again.train.scene(index) == data.train.scene(index)) }
    #expect(try again.test.batch([1]).labels == data.test.batch([1]).labels)
  }

  @Test("a composed scene is a function of seed, part and number")
  func composition() throws {
    func make(_ seed: Int, train: Int = 30) throws -> Dataset {
      try dataset(
        call(
          "scenes", ("train", .number(Double(train))), ("test", .number(10)),
          ("size", .number(32)), ("seed", .number(Double(seed)))))
    }
    let (a, b, other) = (try make(1), try make(1, train: 8), try make(2))
    #expect(try a.train.scene(5) == b.train.scene(5))
    #expect(try a.train.scene(5) != other.train.scene(5))
    #expect(try a.train.scene(5) != a.test.scene(5))
    let counts = try a.train.pixelCounts(ofFirst: 30)
    #expect(counts.allSatisfy { $0 > 0 })
    #expect(Double(counts[0]) / Double(counts.reduce(0, +)) > 0.5)
    let sample = try #require(try a.train.element(5).asObject as? Sample)
    #expect(sample.mask?.values == (try a.train.scene(5)?.mask.values))
    #expect(sample.memberNames.contains("mask"))
    let plain = sample.display(Style(width: 80)).plain
    #expect(plain.contains("ground"))
    #expect(sample.display(Style(width: 80)).forms.contains { $0.mediaType == "image/svg+xml" })
  }

  @Test("a data set with masks says what shares its classes have")
  func table() throws {
    let data = try dataset(call("scenes", ("train", .number(4)), ("test", .number(2))))
    let display = data.display(Style(width: 80))
    #expect(display.plain.contains("ground"))
    #expect(display.plain.contains("shares of the pixels"))
    #expect(try data.member("task")?.line(quoted: false) == "segmentation")
    #expect(try digits().member("task")?.line(quoted: false) == "classification")
    #expect(failure { try data.train.require(.classification, for: "confusion") } != nil)
  }
}

extension Value {
  fileprivate var asObject: (any Object)? {
    if case .object(let object) = self { object } else { nil }
  }
}
