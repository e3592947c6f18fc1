import Catalog
import Datasets
import Tensors
import Testing

@Suite("augmentation")
struct AugmentationTests {
  private func image(_ height: Int = 6, _ width: Int = 5, _ channels: Int = 2) -> Image {
    var image = Image(height: height, width: width, channels: channels)
    image.values = (1...height * width * channels).map { Float($0) / 100 }
    return image
  }

  private func applied(
    _ augmentation: Augmentation, _ image: Image, seed: Int = 1, epoch: Int = 0, sample: Int = 0
  ) -> Image {
    var image = image
    augmentation.apply(to: &image, seed: seed, epoch: epoch, sample: sample)
    return image
  }

  @Test func nothingIsNothing() {
    #expect(applied(.none, image()) == image())
    #expect(Augmentation.none.isIdentity)
    #expect(Augmentation.none.script == "none")
  }

  @Test func flippingMirrorsColumns() {
    let always = applied(Augmentation(Flip(probability: 1)), image())
    let original = image()
    for y in 0..<6 {
      for x in 0..<5 {
        for channel in 0..<2 {
          #expect(
            always.values[(y * 5 + x) * 2 + channel]
              == original.values[(y * 5 + 4 - x) * 2 + channel])
        }
      }
    }
    #expect(applied(Augmentation(Flip(probability: 0)), image()) == image())
    let flips = (0..<2000).filter {
      applied(Augmentation(Flip()), image(1, 2, 1), sample: $0) != image(1, 2, 1)
    }
    // Five deviations of a binomial are 112.
    #expect(abs(flips.count - 1000) < 112)
  }

  @Test func cropsAreShiftsWithFill() throws {
    let original = image(4, 4, 1)
    var seen: Set<[Int]> = []
    for sample in 0..<600 {
      let crop = applied(Augmentation(RandomCrop(padding: 2, fill: -1)), original, sample: sample)
      let shifts = (-2...2).flatMap { down in (-2...2).map { [down, $0] } }
      let fitting = shifts.filter { shift in
        (0..<16).allSatisfy { place in
          let (y, x) = (place / 4 + shift[0], place % 4 + shift[1])
          let isInside = (0..<4).contains(y) && (0..<4).contains(x)
          return crop.values[place] == (isInside ? original.values[y * 4 + x] : -1)
        }
      }
      #expect(fitting.count == 1)
      seen.formUnion(fitting)
    }
    #expect(seen.count == 25)
    #expect(applied(Augmentation(RandomCrop(padding: 0)), original) == original)
  }

  @Test func drawsDependOnSeedEpochAndSampleAlone() throws {
    let crop = Augmentation([RandomCrop(padding: 4), Flip()])
    let base = applied(crop, image())
    #expect(base == applied(crop, image()))
    func differs(_ change: (Int) -> Image) -> Bool {
      (1...20).filter { change($0) != base }.count > 10
    }
    #expect(differs { applied(crop, image(), seed: 1 + $0) })
    #expect(differs { applied(crop, image(), epoch: $0) })
    #expect(differs { applied(crop, image(), sample: $0) })
  }

  @Test func aBatchIsAugmentedSampleBySample() throws {
    let split = try digits().train
    let crop = Augmentation(RandomCrop(padding: 2))
    let one = try split.batch([4, 17], augmentation: crop, seed: 3, epoch: 1).images
    let other = try split.batch([17, 9, 4], augmentation: crop, seed: 3, epoch: 1).images
    #expect(Array(one.values[64...]) == Array(other.values[..<64]))
    #expect(Array(one.values[..<64]) == Array(other.values[128...]))
    let unchanged = try split.batch([4, 17]).images
    let zero = try split.batch([4, 17], augmentation: Augmentation(RandomCrop(padding: 0))).images
    #expect(unchanged.values == zero.values)
  }

  @Test func valuesOfTheLanguage() throws {
    let crop = try call("random_crop", ("padding", .number(2)), ("fill", .number(0.5)))
    let flip = try call("flip")
    let both = try Augmentation.read(crop).adding(flip, reversed: false)
    #expect(both?.line() == "random_crop(padding=2, fill=0.5) + flip()")
    #expect(try Augmentation.read(flip).adding(crop, reversed: true)?.line() == both?.line())
    #expect(try Augmentation.read(flip).adding(.none, reversed: true)?.line() == "flip()")
    #expect(try Augmentation.read(flip).adding(.number(1), reversed: false) == nil)
    #expect(try Augmentation.read(.none).isIdentity)
    #expect(throws: Mismatch.self) { _ = try Augmentation.read(.number(1)) }
    for bad in [-1.0, 5000] {
      #expect(failure { _ = try call("random_crop", ("padding", .number(bad))) }?.kind == .value)
    }
    for bad in [-0.1, 1.1, .nan] {
      #expect(failure { _ = try call("flip", ("p", .number(bad))) }?.kind == .value)
    }
  }
}
