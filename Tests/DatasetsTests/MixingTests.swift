import Catalog
import Datasets
import Tensors
import Testing

@Suite("mixing")
struct MixingTests {
  private func split(_ count: Int = 12) -> Split {
    let size = 6 * 5 * 2
    let values = (0..<count * size).map { Float($0 / size) + Float($0 % size) / 1000 }
    return Split(
      "m", images: FloatImages(values, height: 6, width: 5, channels: 2),
      labels: (0..<count).map { Int32($0 % 4) }, classes: 4)
  }

  private func batch(
    _ mixing: Mixing, _ indices: [Int] = [3, 7, 1, 10], seed: Int = 1, epoch: Int = 0
  ) throws -> Batch {
    try split().batch(
      indices, augmentation: Augmentation([], mixing: mixing), seed: seed, epoch: epoch)
  }

  @Test func picturesAndLabelsAreBlendedAlike() throws {
    let plain = try split().batch([3, 7, 1, 10])
    #expect(plain.mixes == nil && plain.targets(classes: 4) == nil)
    var shares: Set<Float> = []
    for epoch in 0..<20 {
      let mixed = try batch(Mixing(mixup: 0.8, cutmix: 0), epoch: epoch)
      let mixes = try #require(mixed.mixes)
      #expect(mixes.map(\.label) == [3, 3, 1, 2] && mixes.map(\.other) == [2, 1, 3, 3])
      #expect(Set(mixes.map(\.share)).count == 1)
      let share = mixes[0].share
      shares.insert(share)
      let size = 60
      let (before, after) = (plain.images.values, mixed.images.values)
      for row in 0..<4 {
        for place in 0..<size {
          let own = before[row * size + place]
          let other = before[(3 - row) * size + place]
          let expected = own * share + other * (1 - share)
          let found = after[row * size + place]
          #expect(abs(found - expected) < 1e-5)
        }
      }
      let targets = try #require(mixed.targets(classes: 4))
      #expect(targets.shape == [4, 4])
      let (own, other) = (targets.values[3], targets.values[2])
      #expect(abs(own - share) < 1e-6)
      #expect(abs(other + share - 1) < 1e-6)
      // Rows 1 and 2 have 3 with 1, and 1 with 3.
      let third = targets.values[4 + 3]
      #expect(abs(third - share) < 1e-6)
      #expect(mixed.labels.values[0] == (share >= 0.5 ? 3 : 2))
    }
    #expect(shares.count == 20)
  }

  @Test func rectanglesArePastedAndCounted() throws {
    let plain = try split().batch([3, 7, 1, 10]).images.values
    for epoch in 0..<30 {
      let mixed = try batch(Mixing(mixup: 0, cutmix: 1), epoch: epoch)
      let mixes = try #require(mixed.mixes)
      let after = mixed.images.values
      for row in 0..<4 {
        let taken = (0..<30).filter { place in
          after[row * 60 + place * 2] != plain[row * 60 + place * 2]
        }
        let left = 1 - Float(taken.count) / 30
        #expect(abs(left - mixes[row].share) < 1e-6)
        for place in taken {
          #expect(after[row * 60 + place * 2] == plain[(3 - row) * 60 + place * 2])
        }
        let (rows, columns) = (Set(taken.map { $0 / 5 }), Set(taken.map { $0 % 5 }))
        #expect(rows.count * columns.count == taken.count)
      }
    }
  }

  @Test func drawsAreAFunctionOfSeedEpochAndSamples() throws {
    for mode in [Mixing.Mode.batch, .elem] {
      let mixing = Mixing(mixup: 0.8, cutmix: 1, mode: mode)
      let first = try batch(mixing)
      #expect(try batch(mixing).mixes == first.mixes)
      #expect(try batch(mixing).images.values == first.images.values)
      #expect((2...8).allSatisfy { (try? batch(mixing, seed: $0).mixes) != first.mixes })
      #expect((1...8).contains { (try? batch(mixing, epoch: $0).mixes) != first.mixes })
    }
    // By itself, a sample has its share whatever stands beside it.
    let elem = Mixing(mixup: 0.8, cutmix: 0, mode: .elem)
    let (a, b) = (try batch(elem, [3, 7, 1]), try batch(elem, [5, 1, 3, 2, 9]))
    #expect(a.mixes?[0].share == b.mixes?[2].share && a.mixes?[2].share == b.mixes?[1].share)
    #expect(a.mixes?[0].share != a.mixes?[2].share)
  }

  @Test func theSwitchAndTheProbabilityAreKept() throws {
    var (blends, pastes, none) = (0, 0, 0)
    let plain = try split().batch([3, 7]).images.values
    for epoch in 0..<400 {
      let mixed = try batch(
        Mixing(mixup: 0.8, cutmix: 1, probability: 0.75, switching: 0.25), [3, 7], epoch: epoch)
      let values = mixed.images.values
      if values == plain {
        none += 1
      } else if (0..<60).allSatisfy({ values[$0] == plain[$0] || values[$0] == plain[60 + $0] }) {
        pastes += 1
      } else {
        blends += 1
      }
    }
    // Of 400: 225 blends, 75 pastes, some of which cover nothing, and 100 without; five deviations.
    #expect((175...275).contains(blends))
    #expect((30...110).contains(pastes))
    #expect((60...150).contains(none))
  }

  /// Beta(α, α) has mean ½ and variance 1/(4(2α + 1)).
  @Test(arguments: [0.2, 0.8, 1, 4])
  func sharesHaveTheirDistribution(_ alpha: Double) throws {
    let shares = try (0..<2000).map { epoch in
      Double(
        try #require(try batch(Mixing(mixup: alpha, cutmix: 0), [0, 1], epoch: epoch).mixes)[0]
          .share)
    }
    let mean = shares.reduce(0, +) / 2000
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2000
    let expected = 1 / (4 * (2 * alpha + 1))
    let bound = 5 * (expected / 2000).squareRoot()
    #expect(abs(mean - 0.5) < bound)
    #expect((0.85...1.15).contains(variance / expected))
  }

  @Test func onlyOneMixingIsAdded() throws {
    let mixup = try Augmentation.read(try call("mixup"))
    let flip = try Augmentation.read(try call("flip"))
    let sum = try #require(try mixup.adding(.object(flip), reversed: false))
    #expect(sum.line() == "flip() + mixup(0.8)")
    #expect(throws: Failure.self) {
      _ = try Augmentation.read(sum).adding(try call("cutmix"), reversed: false)
    }
    #expect(!mixup.isIdentity)
  }

  @Test func emptyAndSingleBatchesPass() throws {
    let mixing = Mixing(mixup: 0.8, cutmix: 1)
    #expect(try batch(mixing, []).mixes == nil)
    let one = try batch(mixing, [5])
    #expect(one.mixes?.count == 1 && one.labels.values == [1])
    #expect(one.targets(classes: 4)?.values.reduce(0, +) == 1)
  }
}
