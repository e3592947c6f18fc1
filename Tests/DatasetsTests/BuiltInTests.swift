import Catalog
import Datasets
import Foundation
import Images
import Testing

@Suite("built-in and system data sets")
struct BuiltInTests {
  @Test func digitsHaveTheirClasses() throws {
    let data = try digits()
    #expect(data.train.count == 1437)
    #expect(data.test.count == 360)
    let total = zip(data.train.classCounts, data.test.classCounts).map(+)
    #expect(total == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    for (label, count) in data.test.classCounts.enumerated() {
      #expect(abs(Double(count) - Double(total[label]) * 360 / 1797) < 1)
    }
    #expect(data.line == "digits: 1437 train + 360 test, 8×8 grey, 10 classes")
  }

  @Test func digitsAreTheDigits() throws {
    let data = try digits()
    // The sums of all pixels and of all pixels of each class, counted from the published file.
    var sums = Array(repeating: 0, count: 10)
    for split in [data.train, data.test] {
      for index in 0..<split.count {
        let sixteenths = try split.image(index).values.map { $0 * 16 }
        #expect(sixteenths.allSatisfy { $0 == $0.rounded() && $0 >= 0 && $0 <= 16 })
        sums[Int(split.labels[index])] += Int(sixteenths.reduce(0, +))
      }
    }
    #expect(
      sums == [56415, 57007, 55566, 56151, 56239, 55915, 56336, 54289, 57408, 56392])
    // The first sample of the file: a zero.
    let first: [Float] = [
      0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4, 12, 0,
      0, 8, 8, 0, 0, 5, 8, 0, 0, 9, 8, 0, 0, 4, 11, 0, 1, 12, 7, 0, 0, 2, 14, 5, 10, 12, 0, 0, 0,
      0, 6, 13, 10, 0, 0, 0,
    ]
    let zero = try [data.train, data.test].compactMap { split in
      try (0..<3).first { try split.image($0).values.map { $0 * 16 } == first }.map {
        split.labels[$0]
      }
    }
    #expect(zero == [0])
  }

  @Test func digitsAreTheSameEveryTime() throws {
    let (a, b) = (try digits(), try digits())
    #expect(a.train.labels == b.train.labels)
    #expect(try a.test.image(7) == b.test.image(7))
    #expect(abs(a.train.normalisation.mean[0] - 0.305) < 0.005)
  }

  @Test func fashionMNISTOrHowToGetIt() throws {
    if FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist") {
      let data = try dataset(call("fashion_mnist"))
      #expect(data.train.classCounts == Array(repeating: 6000, count: 10))
      #expect(data.test.classCounts == Array(repeating: 1000, count: 10))
      #expect(data.line == "fashion_mnist: 60000 train + 10000 test, 28×28 grey, 10 classes")
      #expect(abs(data.train.normalisation.mean[0] - 0.2860) < 5e-5)
      #expect(abs(data.train.normalisation.std[0] - 0.3530) < 5e-5)
      #expect(data.train.className(9) == "ankle boot")
      #expect(data.script == "fashion_mnist()")
    }
    let missing = failure { _ = try call("fashion_mnist", ("path", .string("/no/such"))) }
    #expect(missing?.kind == .file)
    #expect(missing?.advice?.contains("apt install dataset-fashion-mnist") == true)
  }
}
