import Catalog
import Datasets
import Images
import Tensors
import Testing

@Suite("batches")
struct BatchTests {
  /// Samples of 2×2 pixels whose pixels are all their index.
  private func counted(_ count: Int) -> Split {
    let bytes = (0..<count).flatMap { [UInt8](repeating: UInt8($0), count: 4) }
    return Split(
      "counted", images: ByteImages(bytes, height: 2, width: 2, channels: 1),
      labels: (0..<count).map { Int32($0 % 3) }, classes: 3)
  }

  @Test func anEpochIsAPermutation() {
    for count in [0, 1, 2, 7, 1000] {
      let order = Batches.order(of: count, seed: 3, epoch: 5)
      #expect(order.sorted() == Array(0..<count))
      #expect(order == Batches.order(of: count, seed: 3, epoch: 5))
    }
    let order = Batches.order(of: 1000, seed: 3, epoch: 5)
    #expect(order != Batches.order(of: 1000, seed: 3, epoch: 6))
    #expect(order != Batches.order(of: 1000, seed: 4, epoch: 5))
    #expect(order != Batches.order(of: 1000, seed: -3, epoch: 5))
    #expect(order != Array(0..<1000))
  }

  @Test func everyOrderIsAsLikely() {
    var counts: [[Int]: Int] = [:]
    for seed in 0..<6000 { counts[Batches.order(of: 3, seed: seed, epoch: 0), default: 0] += 1 }
    #expect(counts.count == 6)
    // 1000 expected each; five deviations of a binomial are 144.
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 144 })
  }

  @Test func batchesCoverTheEpochOnce() throws {
    let split = counted(23)
    let batches = Batches(split, seed: 1, epoch: 2, batchSize: 5)
    #expect(batches.count == 5)
    let all = (0..<batches.count).flatMap { batches.indices($0) }
    #expect(all.sorted() == Array(0..<23))
    #expect(batches.indices(4).count == 3)
    let dropped = Batches(split, seed: 1, epoch: 2, batchSize: 5, dropLast: true)
    #expect(dropped.count == 4)
    #expect((0..<4).allSatisfy { dropped.indices($0) == batches.indices($0) })
    #expect(Batches(split, seed: 1, epoch: 2, batchSize: 50, dropLast: true).count == 1)
    let plain = Batches(split, seed: 1, epoch: 2, batchSize: 5, shuffle: false)
    #expect(plain.indices(1) == [5, 6, 7, 8, 9])
    #expect(Batches(counted(0), seed: 0, epoch: 0, batchSize: 5).count == 0)
  }

  @Test func batchesGoWithTheirLabels() throws {
    let split = counted(23)
    let batches = Batches(split, seed: 9, epoch: 0, batchSize: 4)
    for index in 0..<batches.count {
      let batch = try batches.batch(index)
      let (images, labels) = (batch.images, batch.labels)
      let samples = batches.indices(index)
      #expect(images.shape == [samples.count, 2, 2, 1])
      #expect(labels.values == samples.map { Int32($0 % 3) })
      let mean = split.normalisation.mean[0]
      let std = split.normalisation.std[0]
      let expected = samples.flatMap { sample in
        Array(repeating: (Float(sample) / 255 - mean) / std, count: 4)
      }
      #expect(images.values == expected)
    }
  }

  @Test func normalisationIsMeasuredByChannel() throws {
    // Two pictures of 1×2 pixels with two channels: 0 and 255, constant 51.
    let images = ByteImages([0, 51, 255, 51, 0, 51, 255, 51], height: 1, width: 2, channels: 2)
    let split = Split("two", images: images, labels: [0, 0], classes: 1)
    #expect(split.normalisation.mean == [0.5, 0.2])
    #expect(split.normalisation.std == [0.5, 1])
    #expect(try split.batch([1]).images.values == [-1, 0, 1, 0])
  }

  @Test func selectionsShareThePictures() throws {
    let split = counted(10).selecting([8, 3, 5]).selecting([2, 0])
    #expect(split.count == 2)
    #expect(split.labels == [2, 2])
    #expect(try split.image(0).values[0] == Float(5) / 255)
    #expect(try split.batch([1]).images.shape == [1, 2, 2, 1])
  }
}
