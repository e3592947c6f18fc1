import Catalog
import Checkpoints
import Datasets
import Images
import Testing

@Suite("IDX")
struct IDXTests {
  private func read(_ bytes: [UInt8], axes: Int = 3) throws -> IDX {
    try IDX(FileBytes(bytes, name: "a-idx3-ubyte"), axes: axes)
  }

  private func refusal(_ bytes: [UInt8], axes: Int = 3) -> String {
    failure { _ = try read(bytes, axes: axes) }?.message ?? ""
  }

  @Test func readsPlainAndGzipped() throws {
    let bytes = idx([2, 1, 3], [1, 2, 3, 4, 5, 6])
    for file in [bytes, Gzip.compress(bytes)] {
      let read = try read(file)
      #expect(read.shape == [2, 1, 3])
      #expect(read.bytes.bytes == [1, 2, 3, 4, 5, 6])
    }
    #expect(try read(idx([0], []), axes: 1).shape == [0])
  }

  @Test func lyingHeadersAreRefusedWithTheFacts() {
    let data = [UInt8](repeating: 0, count: 6)
    #expect(
      refusal(idx([60000, 28, 28], data))
        == "'a-idx3-ubyte', byte 4: the header promises 60000×28×28 = 47040000 bytes, 6 follow")
    #expect(refusal(idx([1, 1, 3], data)).contains("1×1×3 = 3 bytes, 6 follow"))
    #expect(refusal(idx([.max, .max, .max], data)).contains("too much"))
    #expect(refusal(idx([0, .max, .max], data)).contains("= 0 bytes, 6 follow"))
    #expect(refusal(idx([6], data)).contains("has 1 axes where 3 are needed"))
    #expect(refusal(idx([2, 1, 3], data), axes: 1).contains("has 3 axes where 1 are needed"))
    #expect(refusal(idx([2, 1, 3], data, type: 0x0D)).contains("type 0xd"))
    #expect(refusal([0x89, 0x50, 0x4E, 0x47, 0, 0]).contains("no IDX file"))
    #expect(refusal([]).contains("ends inside the IDX header"))
    #expect(refusal(idx([2, 1], data, axes: 3)).contains("promises") == true)
    #expect(refusal(Array(idx([2, 1, 3], data).prefix(9))).contains("ends inside the IDX header"))
  }

  @Test func cutGzipIsRefused() {
    let packed = Gzip.compress(idx([1, 2, 3], [1, 2, 3, 4, 5, 6]))
    for count in 2..<packed.count {
      #expect(refusal(Array(packed.prefix(count))).contains("cut off"), "\(count)")
    }
  }

  @Test func noiseIsRefusedWithoutACrash() {
    var random = SystemRandomNumberGenerator()
    let good = idx([2, 1, 3], [1, 2, 3, 4, 5, 6])
    var refused = 0
    for round in 0..<3000 {
      var bytes = round % 2 == 0 ? good : Gzip.compress(good)
      for _ in 0...Int.random(in: 0...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      if round % 7 == 0 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
      do {
        let read = try read(bytes)
        #expect(read.shape.reduce(1, *) == read.bytes.count)
      } catch { refused += 1 }
    }
    #expect(refused > 1000)
  }

  @Test func aFolderBecomesADataSet() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      Gzip.compress(idx([3, 2, 2], [0, 255, 0, 255, 51, 51, 51, 51, 0, 0, 0, 0])),
      "train-images-idx3-ubyte.gz")
    try folder.write(idx([3], [0, 1, 2]), "train-labels.idx1-ubyte")
    try folder.write(idx([1, 2, 2], [9, 9, 9, 9]), "t10k-images-idx3-ubyte")
    try folder.write(idx([1], [2]), "t10k-labels-idx1-ubyte")
    let data = try dataset(call("mnist", (nil, .string(folder.path))))
    #expect(data.train.count == 3)
    #expect(data.test.count == 1)
    #expect(data.classes == 3)
    #expect(data.script == "mnist(\"\(folder.path)\")")
    #expect(try data.train.image(0).values == [0, 1, 0, 1])
    // The test part is normalised as the training part is.
    #expect(data.test.normalisation == data.train.normalisation)

    try folder.write(idx([1], [3]), "t10k-labels-idx1-ubyte")
    let tooGreat = failure { _ = try call("mnist", (nil, .string(folder.path))) }
    #expect(tooGreat?.message.contains("the label 3, there are 3 classes") == true)
    try folder.write(idx([2], [1, 1]), "t10k-labels-idx1-ubyte")
    let uneven = failure { _ = try call("mnist", (nil, .string(folder.path))) }
    #expect(uneven?.kind == .data)
    #expect(uneven?.message.contains("1 images") == true)
    try folder.write(idx([1, 3, 2], [9, 9, 9, 9, 9, 9]), "t10k-images-idx3-ubyte")
    try folder.write(idx([1], [2]), "t10k-labels-idx1-ubyte")
    let other = failure { _ = try call("mnist", (nil, .string(folder.path))) }
    #expect(other?.message.contains("3×2, those for training have 2×2") == true)
    let missing = failure { _ = try call("mnist", (nil, .string("/no/such/folder"))) }
    #expect(missing?.kind == .file)
    #expect(missing?.message.contains("'train-images-idx3-ubyte.gz'") == true)
  }
}
