import Catalog
import Datasets
import Testing

@Suite("CIFAR's binary files")
struct CIFARTests {
  /// A record: labels, then planes of 1024 bytes of these colours.
  private func record(_ labels: [UInt8], _ colors: [UInt8]) -> [UInt8] {
    labels + colors.flatMap { [UInt8](repeating: $0, count: 1024) }
  }

  @Test func tenIsRead() throws {
    let folder = try TemporaryFolder()
    try folder.write(record([3], [10, 20, 30]) + record([9], [0, 255, 0]), "data_batch_1.bin")
    try folder.write(record([1], [1, 2, 3]), "data_batch_2.bin")
    try folder.write(record([0], [51, 102, 153]), "test_batch.bin")
    let data = try dataset(call("cifar10", (nil, .string(folder.path))))
    #expect(data.train.count == 3 && data.test.count == 1 && data.classes == 10)
    #expect(data.train.labels == [3, 9, 1] && data.train.className(3) == "cat")
    #expect([data.height, data.width, data.channels] == [32, 32, 3])
    let image = try data.test.image(0)
    #expect(Array(image.values[0..<3]) == [0.2, 0.4, 0.6])
    #expect(Array(image.values[3069...]) == [0.2, 0.4, 0.6])
  }

  @Test func hundredHasFineAndCoarseLabels() throws {
    let folder = try TemporaryFolder()
    try folder.write(record([19, 99], [1, 2, 3]), "train.bin")
    try folder.write(record([4, 0], [1, 2, 3]), "test.bin")
    let names = (0..<20).map { "group \($0)" }.joined(separator: "\n")
    try folder.write(Array(names.utf8), "coarse_label_names.txt")
    let fine = try dataset(call("cifar100", (nil, .string(folder.path))))
    #expect(fine.classes == 100 && fine.train.labels == [99] && fine.test.labels == [0])
    let coarse = try dataset(
      call("cifar100", (nil, .string(folder.path)), ("labels", .string("coarse"))))
    #expect(coarse.classes == 20 && coarse.train.labels == [19])
    #expect(coarse.train.className(19) == "group 19")
    #expect(coarse.script.contains("coarse"))
  }

  @Test func damageIsNamed() throws {
    let folder = try TemporaryFolder()
    let path = Value.string(folder.path)
    #expect(
      failure { _ = try call("cifar10", (nil, path)) }?.message.contains("data_batch_1") == true)
    try folder.write(Array(record([3], [10, 20, 30]).dropLast()), "data_batch_1.bin")
    #expect(
      failure { _ = try call("cifar10", (nil, path)) }?.message.contains("3072 bytes") == true)
    try folder.write(record([10], [10, 20, 30]), "data_batch_1.bin")
    try folder.write(record([0], [10, 20, 30]), "test_batch.bin")
    #expect(failure { _ = try call("cifar10", (nil, path)) }?.message.contains("label 10") == true)
  }
}
