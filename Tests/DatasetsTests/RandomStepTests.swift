import Catalog
import Datasets
import Images
import Tensors
import Testing

/// What each random step does to a picture.
@Suite("random steps")
struct RandomStepTests {
  private func image(_ height: Int, _ width: Int, _ channels: Int) -> Image {
    var image = Image(height: height, width: width, channels: channels)
    image.values = (0..<height * width * channels).map { Float(($0 * 37) % 256) / 255 }
    return image
  }

  private func applied(
    _ step: any AugmentationStep, _ image: Image, sample: Int = 0, epoch: Int = 0,
    mean: [Float] = []
  ) -> Image {
    var image = image
    Augmentation(step).apply(to: &image, seed: 1, epoch: epoch, sample: sample, mean: mean)
    return image
  }

  static let steps: [any AugmentationStep] = [
    RandomResizedCrop(), RandAugment(), RandAugment(magnitude: 10, count: 5, probability: 1),
    ColorJitter(hue: 0.1), Cutout(size: 3), RandomErasing(probability: 1),
    RandomErasing(probability: 1, mode: .pixel),
  ]

  @Test(arguments: steps.indices)
  func sizeAndScaleStayAndDrawsDecide(_ index: Int) {
    let step = Self.steps[index]
    for (height, width, channels) in [(8, 8, 1), (7, 12, 3), (1, 1, 1), (2, 3, 3)] {
      let original = image(height, width, channels)
      var seen: Set<[Float]> = []
      for sample in 0..<40 {
        let found = applied(step, original, sample: sample)
        #expect(found == applied(step, original, sample: sample))
        #expect(found.height == height && found.width == width && found.channels == channels)
        #expect(found.values.count == original.values.count)
        #expect(found.values.allSatisfy { $0 >= 0 && $0 <= 1 }, "\(step.script)")
        seen.insert(found.values)
        _ = seen.insert(applied(step, original, sample: sample, epoch: 1).values)
      }
      if height > 2 { #expect(seen.count > 10, "\(step.script) \(height)×\(width)") }
    }
  }

  /// Numbers that are no pixels keep their range, and what is not finite stays.
  @Test func otherScalesAndChannelsAreNotSpoilt() {
    var wide = image(9, 9, 1)
    wide.values = wide.values.map { $0 * 6 - 3 }
    let found = applied(RandAugment(magnitude: 7, count: 3, probability: 1), wide, sample: 5)
    #expect(found.values.allSatisfy { $0 >= -3 && $0 <= 3 } && found != wide)
    let many = image(6, 6, 5)
    for step in [RandAugment(probability: 1), ColorJitter(), RandomResizedCrop()]
      as [any AugmentationStep]
    {
      #expect(applied(step, many) == many)
    }
    var broken = image(4, 4, 1)
    broken.values[3] = .nan
    broken.values[5] = .infinity
    for step in Self.steps { _ = applied(step, broken, sample: 2) }
  }

  @Test func cropsHaveTheSharesAndRatiosThatWereAskedFor() {
    // A step edge tells where the crop was; a constant part stays constant.
    let even = Image(height: 20, width: 30, channels: 1)
    #expect(applied(RandomResizedCrop(), even) == even)
    // The whole picture, where nothing else is allowed.
    let original = image(10, 10, 3)
    let whole = RandomResizedCrop(scale: 1...1, ratio: 1...1)
    #expect(applied(whole, original) == original)
    // No part of this ratio fits an area of all: the middle is taken.
    var stripes = Image(height: 4, width: 12, channels: 1)
    for place in stripes.values.indices { stripes.values[place] = Float(place % 12) / 11 }
    let middle = applied(
      RandomResizedCrop(scale: 1...1, ratio: 1...1, interpolation: .nearest), stripes)
    let expected: [Float] = [4, 5, 6, 7].map { (column: Float) -> Float in
      (column / 11 * 255).rounded() / 255
    }
    #expect(Set(middle.values.prefix(12)) == Set(expected))
  }

  @Test func cutoutErasesASquareOfTheMean() {
    let original = image(16, 16, 3)
    for sample in 0..<30 {
      let found = applied(Cutout(size: 6), original, sample: sample, mean: [0.1, 0.2, 0.3])
      let mean: [Float] = [0.1, 0.2, 0.3]
      func pixel(_ image: Image, _ place: Int) -> [Float] {
        Array(image.values[place * 3..<place * 3 + 3])
      }
      let erased = (0..<256).filter { pixel(found, $0) == mean }
      let rows = Set(erased.map { $0 / 16 })
      let columns = Set(erased.map { $0 % 16 })
      #expect(erased.count == rows.count * columns.count)
      #expect((3...6).contains(rows.count) && (3...6).contains(columns.count))
      let kept = (0..<256).filter { !erased.contains($0) }
      let areSame = kept.allSatisfy { pixel(found, $0) == pixel(original, $0) }
      #expect(areSame)
    }
  }

  @Test func erasingKeepsToItsProbabilityAndArea() {
    let original = Image(height: 32, width: 32, channels: 1)
    var counts: [Int] = []
    for sample in 0..<1000 {
      let found = applied(RandomErasing(), original, sample: sample, mean: [0.5])
      counts.append(found.values.filter { $0 == 0.5 }.count)
    }
    let hit = counts.filter { $0 > 0 }
    // Five deviations of a binomial are 69.
    #expect(abs(hit.count - 250) < 69)
    #expect(hit.allSatisfy { $0 >= 12 && $0 <= 380 })
  }

  @Test func smallGreyPicturesKeepFigureAndGroundApart() {
    let small = PixelOperation.sensible(height: 28, width: 28, channels: 1)
    for operation in [PixelOperation.invert, .solarize, .solarizeAdd, .equalize, .color] {
      #expect(!small.contains(operation))
    }
    #expect(small.contains(.rotate) && small.contains(.contrast) && small.count == 10)
    #expect(PixelOperation.sensible(height: 28, width: 28, channels: 3).count == 15)
    #expect(PixelOperation.sensible(height: 224, width: 224, channels: 1).count == 14)
  }

  /// A magnitude of 0 moves nothing but the operations that have none.
  @Test func magnitudeZeroIsMild() {
    let original = image(9, 9, 3)
    let mild: [PixelOperation] = [
      .rotate, .shearX, .shearY, .translateX, .translateY, .color, .contrast, .brightness,
      .sharpness, .solarize, .solarizeAdd,
    ]
    for operation in mild {
      let step = RandAugment(
        magnitude: 0, count: 1, deviation: 0, probability: 1, operations: [operation])
      #expect(applied(step, original) == original, "\(operation)")
    }
  }

  /// Magnitude 7 of 10 by timm's tables: angles of 30, shears of 0.3, shifts of 0.45 of the side,
  /// factors 1 ± 0.9, 4 bits less 4, thresholds of 256, addends of 110, each times 0.7.
  @Test func magnitudesAreThoseOfTimm() throws {
    let original = image(12, 16, 3)
    let raster = Raster(
      width: 16, height: 12, channels: 3, pixels: original.values.map { UInt8($0 * 255 + 0.5) })
    let fill: [UInt8] = [26, 51, 77]
    func moved(_ make: (Double) -> AffineTransform) -> [Raster] {
      [-1.0, 1].flatMap { sign in
        [Interpolation.bilinear, .bicubic].map {
          raster.transformed(make(sign), $0, fill: fill)
        }
      }
    }
    let expected: [PixelOperation: [Raster]] = [
      .autoContrast: [raster.autoContrasted()], .equalize: [raster.equalized()],
      .invert: [raster.inverted()], .posterize: [raster.posterized(bits: 2)],
      .solarize: [raster.solarized(from: 77)], .solarizeAdd: [raster.solarized(adding: 77)],
      .color: [0.37, 1.63].map { raster.coloured($0) },
      .contrast: [0.37, 1.63].map { raster.contrasted($0) },
      .brightness: [0.37, 1.63].map { raster.brightened($0) },
      .sharpness: [0.37, 1.63].map { raster.sharpened($0) },
      .rotate: moved { .rotation(degrees: 21 * $0, width: 16, height: 12) },
      .shearX: moved { .shearX(0.21 * $0) }, .shearY: moved { .shearY(0.21 * $0) },
      .translateX: moved { .translateX(0.315 * 16 * $0) },
      .translateY: moved { .translateY(0.315 * 12 * $0) },
    ]
    #expect(Set(expected.keys) == Set(PixelOperation.allCases))
    for (operation, rasters) in expected {
      let step = RandAugment(
        magnitude: 7, count: 1, deviation: 0, probability: 1, operations: [operation])
      var seen: Set<Int> = []
      for sample in 0..<40 {
        let found = applied(step, original, sample: sample, mean: [0.1, 0.2, 0.3])
        let bytes = found.values.map { UInt8($0 * 255 + 0.5) }
        let place = rasters.firstIndex { raster in
          // Bounds that are not whole numbers of the last place may fall on either side.
          zip(raster.pixels, bytes).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
        }
        #expect(place != nil, "\(operation), sample \(sample)")
        if let place { seen.insert(place) }
      }
      // Both signs and both interpolations are drawn.
      #expect(seen.count == rasters.count, "\(operation)")
    }
  }

  @Test func theUsualAugmentationFollowsItsRule() throws {
    #expect(
      Augmentation.usual(for: try digits()).script
        == "random_crop(padding=1) + rand_augment(m=7) + mixup_cutmix(mixup=0.8, cutmix=1)")
    func data(_ side: Int, names: [String]) -> Dataset {
      let images = ByteImages(
        Array(repeating: 0, count: side * side * 3), height: side, width: side, channels: 3)
      return Dataset(
        name: "x", script: "x()",
        train: Split("x.train", images: images, labels: [0], classes: 2, classNames: names))
    }
    #expect(
      Augmentation.usual(for: data(32, names: ["cat", "dog"])).script
        == "random_crop(padding=4) + flip() + rand_augment(m=7) + mixup_cutmix(mixup=0.8, cutmix=1)"
    )
    #expect(
      Augmentation.usual(for: data(64, names: ["cat", "dog"])).script.hasPrefix(
        "random_resized_crop() + flip()"))
  }

  /// Every declaration's scripts make the same value again.
  @Test func scriptsMakeThemAgain() throws {
    let pair = { (a: Double, b: Double) in Value.list([.number(a), .number(b)]) }
    let calls: [(String, [(String, Value)], String)] = [
      ("random_resized_crop", [], "random_resized_crop()"),
      (
        "random_resized_crop", [("scale", pair(0.5, 1)), ("interpolation", .string("bilinear"))],
        "random_resized_crop(scale=[0.5, 1], interpolation=\"bilinear\")"
      ),
      ("rand_augment", [], "rand_augment(m=7)"),
      (
        "rand_augment",
        [("ops", .list([.string("rotate")])), ("p", .number(1)), ("mstd", .number(0))],
        "rand_augment(m=7, mstd=0, p=1, ops=[\"rotate\"])"
      ),
      ("color_jitter", [], "color_jitter()"),
      ("color_jitter", [("hue", .number(0.1))], "color_jitter(hue=0.1)"),
      ("cutout", [("n", .number(2))], "cutout(size=8, n=2)"),
      ("random_erasing", [("mode", .string("pixel"))], "random_erasing(p=0.25, mode=\"pixel\")"),
      ("mixup", [], "mixup(0.8)"), ("cutmix", [("p", .number(0.5))], "cutmix(1, p=0.5)"),
      (
        "mixup_cutmix", [("switch", .number(0.25)), ("mode", .string("elem"))],
        "mixup_cutmix(mixup=0.8, cutmix=1, switch=0.25, mode=\"elem\")"
      ),
    ]
    for (name, arguments, script) in calls {
      let declaration = try #require(
        augmentationRegistry.declarations.first { $0.name == name })
      let value = try declaration.call(
        arguments.map { GivenArgument($0.1, name: $0.0) }, NoSession())
      #expect(value.line() == script)
    }
  }

  @Test func wrongArgumentsAreRefused() {
    let wrong: [(String, String, Value)] = [
      ("random_resized_crop", "scale", .list([.number(0), .number(1)])),
      ("random_resized_crop", "scale", .list([.number(0.5)])),
      ("random_resized_crop", "ratio", .list([.number(2), .number(1)])),
      ("rand_augment", "m", .number(11)), ("rand_augment", "n", .number(0)),
      ("rand_augment", "ops", .list([])), ("rand_augment", "ops", .list([.string("x")])),
      ("rand_augment", "mstd", .number(.infinity)), ("color_jitter", "hue", .number(0.6)),
      ("cutout", "size", .number(0)),
      ("random_erasing", "area", .list([.number(0.5), .number(2)])),
      ("mixup", "alpha", .number(0)), ("cutmix", "p", .number(2)),
      ("mixup_cutmix", "switch", .number(.nan)),
    ]
    for (name, argument, value) in wrong {
      #expect(failure { _ = try call(name, (argument, value)) } != nil, "\(name) \(argument)")
    }
  }
}
