import Catalog
import Checkpoints
import Datasets
import Images
import Tensors
import Testing

@Suite("arrays")
struct ArrayTests {
  /// Two pictures of 1×2 pixels in three channels, N C H W, and their labels.
  private let images = StoredArray((0..<12).map { UInt8($0 * 20) }, shape: [2, 3, 1, 2])
  private let labels = StoredArray([1, 0], shape: [2])

  private func arrays(_ path: String, _ arguments: (String?, Value)...) throws -> Dataset {
    let declaration = try #require(dataRegistry.declarations.first { $0.name == "arrays" })
    let given =
      [GivenArgument(.string(path))] + arguments.map { GivenArgument($0.1, name: $0.0) }
    return try Dataset.read(declaration.call(given, NoSession()))
  }

  private func saved(
    _ folder: TemporaryFolder, _ entries: [(String, StoredArray)], _ name: String = "a.safetensors"
  ) throws -> String {
    try Checkpoint(entries.map { Checkpoint.Entry($0.0, $0.1) }).writeSafetensors(folder.file(name))
    return folder.file(name)
  }

  @Test func bytesInEitherOrder() throws {
    let folder = try TemporaryFolder()
    let first = try arrays(saved(folder, [("images", images), ("labels", labels)]))
    #expect([first.height, first.width, first.channels, first.classes] == [1, 2, 3, 2])
    #expect(first.test.count == 0)
    #expect(
      try first.train.image(0).values.map { ($0 * 255).rounded() } == [0, 40, 80, 20, 60, 100])
    let last = StoredArray(
      [0, 40, 80, 20, 60, 100, 120, 160, 200, 140, 180, 220].map { UInt8($0) }, shape: [2, 1, 2, 3])
    let second = try arrays(
      saved(folder, [("images", last), ("labels", labels)], "b.safetensors"),
      ("layout", .string("NHWC")))
    for index in 0..<2 { #expect(try first.train.image(index) == second.train.image(index)) }
    #expect(first.train.normalisation == second.train.normalisation)
    #expect(first.script == "arrays(\"\(folder.file("a.safetensors"))\")")
    #expect(second.script.hasSuffix(", layout=\"NHWC\")"))
  }

  @Test func floatsAreTakenAsTheyAre() throws {
    let folder = try TemporaryFolder()
    let pictures = StoredArray([Float(-1), 2, 3, 0.5], shape: [2, 1, 2])
    let path = try saved(folder, [("x", pictures), ("y", labels)])
    let data = try arrays(path, ("images", .string("x")), ("labels", .string("y")))
    #expect(data.channels == 1)
    #expect(try data.train.batch([0, 1]).images.values == [-1, 2, 3, 0.5])
    let scaled = try arrays(
      path, ("images", .string("x")), ("labels", .string("y")), ("mean", .list([.number(1)])),
      ("std", .list([.number(2)])))
    #expect(try scaled.train.batch([0, 1]).images.values == [-1, 0.5, 1, -0.25])
  }

  @Test func testPartsFromAnywhere() throws {
    let folder = try TemporaryFolder()
    let other = StoredArray([UInt8](repeating: 9, count: 6), shape: [1, 3, 1, 2])
    let one = StoredArray([2], shape: [1])
    let together = try saved(
      folder,
      [("images", images), ("labels", labels), ("test_images", other), ("test_labels", one)])
    #expect(try arrays(together).test.count == 1)
    #expect(try arrays(together).classes == 3)
    let apart = try saved(folder, [("images", other), ("labels", one)], "test.safetensors")
    let data = try arrays(together, ("test", .string(apart)))
    #expect(data.test.labels == [2])
    #expect(data.test.normalisation == data.train.normalisation)
    let shared = try arrays(together, ("test", .number(0.5)))
    #expect([shared.train.count, shared.test.count] == [1, 1])
    let missing = failure { _ = try arrays(apart).member("test") }
    #expect(missing?.kind == .state)
  }

  @Test func npyFoldersAndArchives() throws {
    let folder = try TemporaryFolder()
    try images.writeNpy(folder.file("images.npy"))
    try labels.writeNpy(folder.file("labels.npy"))
    #expect(try arrays(folder.path).train.labels == [1, 0])
    let empty = try TemporaryFolder()
    let failed = failure { _ = try arrays(empty.path) }
    #expect(failed?.message.contains("has no array 'images'; it has none") == true)
  }

  @Test func digitsComeBack() throws {
    let folder = try TemporaryFolder()
    let whole = try dataset(call("split", (nil, digits().value)))
    try whole.writeArrays(folder.file("digits.safetensors"))
    let back = try arrays(folder.file("digits.safetensors"))
    #expect(back.train.labels == whole.train.labels)
    #expect(back.test.labels == whole.test.labels)
    #expect(try back.train.image(11) == whole.train.image(11))
    let file = try Checkpoint.read(folder.file("digits.safetensors"))
    #expect(file.names.contains("val_images"))
    #expect(file.metadata == ["name": "digits", "classes": "10"])
    // Bytes stay bytes, through both changes of order.
    let path = try saved(folder, [("images", images), ("labels", labels)])
    try arrays(path).writeArrays(folder.file("again.safetensors"))
    #expect(try Checkpoint.read(folder.file("again.safetensors"))["images"] == images)
  }

  @Test func wrongArraysAreRefusedWithTheFacts() throws {
    let folder = try TemporaryFolder()
    func refusal(
      _ images: StoredArray, _ labels: StoredArray, _ arguments: (String?, Value)...
    ) throws -> String {
      let path = try saved(folder, [("images", images), ("labels", labels)])
      let declaration = try #require(dataRegistry.declarations.first { $0.name == "arrays" })
      let given =
        [GivenArgument(.string(path))] + arguments.map { GivenArgument($0.1, name: $0.0) }
      return failure { _ = try declaration.call(given, NoSession()) }?.message ?? ""
    }
    #expect(try refusal(images, StoredArray([1], shape: [1])).contains("2 images"))
    #expect(try refusal(images, StoredArray([1, -1], shape: [2])).contains("the label -1"))
    #expect(try refusal(images, StoredArray([Float(1), 0.5], shape: [2])).contains("whole number"))
    #expect(
      try refusal(images, StoredArray([Float](repeating: 0.5, count: 4), shape: [2, 2]))
        .contains("one whole number a sample"))
    #expect(try refusal(images, labels, ("classes", .number(1))).contains("the label 1, classes=1"))
    #expect(try refusal(StoredArray([1, 2], shape: [2]), labels).contains("three or four axes"))
    #expect(
      try refusal(StoredArray([Float](), shape: [0, 1, 2, 2]), StoredArray([Int](), shape: [0]))
        .contains("is empty"))
    #expect(
      try refusal(StoredArray([Float(1), .nan], shape: [2, 1, 1]), labels).contains(
        "image 1 holds nan"))
    #expect(try refusal(images, labels, ("mean", .list([.number(0)]))).contains("have 3 channels"))
    #expect(try refusal(images, labels, ("images", .string("image"))).contains("no array 'image'"))
    #expect(try refusal(images, labels, ("test", .number(0.1))).contains("leaves a part empty"))
    #expect(try refusal(images, labels, ("test", .number(7))).contains("'test' needs a file name"))
    #expect(failure { _ = try arrays("/no/such/file.npz") }?.kind == .file)
    let other = try folder.write(Array("hello, this is text".utf8), "notes.txt")
    #expect(failure { _ = try arrays(other) }?.message.contains("no known format") == true)
  }

  @Test func everyDeclarationSaysWhatItIs() {
    for declaration in dataRegistry.declarations + augmentationRegistry.declarations {
      #expect(!declaration.examples.isEmpty, "\(declaration.name)")
      #expect(declaration.summary.hasSuffix("."), "\(declaration.name)")
      #expect(declaration.returns != nil, "\(declaration.name)")
      #expect(declaration.arguments.allSatisfy { $0.summary.hasSuffix(".") }, "\(declaration.name)")
    }
  }
}
