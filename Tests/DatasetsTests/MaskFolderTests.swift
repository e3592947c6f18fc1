import Catalog
import Datasets
import Foundation
import Images
import Tensors
import Testing

@Suite("Folders of pictures and masks")
struct MaskFolderTests {
  /// A picture of this size.
  private func picture(_ width: Int, _ height: Int, grey: UInt8) -> [UInt8] {
    PNG.encoded(
      Raster(
        width: width, height: height, channels: 3,
        pixels: [UInt8](repeating: grey, count: width * height * 3)))
  }

  /// A mask of 16 bits whose left half is one number and whose right half another.
  private func mask(_ width: Int, _ height: Int, _ left: UInt16, _ right: UInt16) -> [UInt8] {
    PNG.encoded(
      PNG.Indices(
        width: width, height: height,
        values: (0..<width * height).map { $0 % width < width / 2 ? left : right }))
  }

  private func make(_ folder: TemporaryFolder, _ names: String...) throws {
    for name in names {
      try FileManager.default.createDirectory(
        atPath: folder.file(name), withIntermediateDirectories: true)
    }
  }

  private func open(
    _ folder: TemporaryFolder, _ more: (String?, Value)...
  ) throws -> Dataset {
    let declaration = try #require(
      dataRegistry.declarations.first { $0.name == "segmentation_folder" })
    let given =
      [folder.file("images"), folder.file("masks")].map { GivenArgument(.string($0)) }
      + [GivenArgument(.number(8), name: "size")]
    return try dataset(
      declaration.call(given + more.map { GivenArgument($0.1, name: $0.0) }, NoSession()))
  }

  /// Ten pictures of 8×8 whose masks hold classes 0 and 1.
  private func plain() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try make(folder, "images", "masks")
    for index in 0..<10 {
      try folder.write(picture(8, 8, grey: UInt8(10 * index)), "images/p\(index).png")
      try folder.write(mask(8, 8, 0, 1), "masks/p\(index).png")
    }
    return folder
  }

  @Test("pictures and masks are paired by name, a share is held out")
  func paired() throws {
    let data = try open(try plain())
    #expect(data.classes == 2 && data.train.count == 8 && data.test.count == 2)
    #expect(data.train.batch(is: [8, 8]))
    let scene = try #require(try data.train.scene(0))
    #expect(scene.mask.values[0] == 0 && scene.mask.values[7] == 1)
    #expect(data.script.hasPrefix("segmentation_folder('") || data.script.contains("size=8"))
  }

  @Test("ids of 16 bits are mapped, others belong to no class")
  func mapped() throws {
    let folder = try TemporaryFolder()
    try make(folder, "images", "masks")
    try folder.write(picture(8, 8, grey: 9), "images/a.png")
    try folder.write(mask(8, 8, 26_001, 12), "masks/a.png")
    let pair: Value = .list([.number(26_001), .number(0)])
    let data = try open(
      folder, ("map", .list([pair])), ("test", .number(0)), ("classes", .number(2)))
    let values = try #require(try data.train.scene(0)).mask.values
    #expect(values[0] == 0 && values[7] == 255)
    #expect(data.classes == 2)
    let unmapped = failure { _ = try open(folder, ("test", .number(0)), ("classes", .number(2))) }
    #expect(unmapped?.message.contains("26001") == true)
    #expect(unmapped?.message.contains("a.png") == true)
    let ignored = failure {
      _ = try open(folder, ("test", .number(0)), ("ignore", .number(26_001)))
    }
    // 13 classes: the greatest number that is not ignored is 12.
    #expect(ignored == nil)
  }

  @Test("other ratios are filled up and belong to no class there, or are stretched")
  func fitted() throws {
    let folder = try TemporaryFolder()
    try make(folder, "images", "masks")
    try folder.write(picture(16, 8, grey: 200), "images/a.png")
    try folder.write(mask(16, 8, 1, 2), "masks/a.png")
    let padded = try #require(try open(folder, ("test", .number(0))).train.scene(0))
    #expect(padded.mask.values.count { $0 == 255 } == 32)
    #expect(padded.mask.values[8 * 4] == 1 && padded.mask.values[8 * 4 + 7] == 2)
    #expect(padded.raster.pixels[0] == 0 && padded.raster.pixels[8 * 4 * 3] == 200)
    let stretched = try open(folder, ("test", .number(0)), ("fit", .string("stretch")))
    #expect(try stretched.train.scene(0)?.mask.values.contains(255) == false)
  }

  @Test("training pictures are parts of the whole, test pictures are whole")
  func cropped() throws {
    let data = try open(try plain(), ("crop", .number(4)))
    #expect(data.train.height == 4 && data.test.height == 8)
    #expect(try data.train.batch([0, 1]).labels.shape == [2, 4, 4])
    #expect(try data.test.batch([0]).labels.shape == [1, 8, 8])
  }

  @Test("what does not fit is said, with the file")
  func refused() throws {
    let folder = try plain()
    try FileManager.default.removeItem(atPath: folder.file("masks/p3.png"))
    #expect(failure { _ = try open(folder) }?.message.contains("p3.png' has no mask") == true)
    try folder.write(mask(8, 6, 0, 1), "masks/p3.png")
    #expect(failure { _ = try open(folder) }?.message.contains("its mask") == true)
    try folder.write(Array("no picture".utf8), "masks/p3.png")
    #expect(failure { _ = try open(folder) }?.message.contains("p3.png") == true)
    try folder.write(picture(8, 8, grey: 3), "masks/p3.png")
    #expect(failure { _ = try open(folder) }?.message.contains("has colours") == true)
    try folder.write(mask(8, 8, 0, 7), "masks/p3.png")
    let many = failure { _ = try open(folder, ("classes", .number(2))) }
    #expect(many?.message.contains("has the number 7, there are 2 classes") == true)
    let none = failure {
      _ = try call("segmentation_folder", (nil, .string("/no")), (nil, .string("/no")))
    }
    #expect(none?.kind == .file)
  }

  @Test("Pascal VOC's layout")
  func voc() throws {
    let folder = try TemporaryFolder()
    let root = "VOCdevkit/VOC2012"
    try make(
      folder, "\(root)/JPEGImages", "\(root)/SegmentationClass", "\(root)/ImageSets/Segmentation")
    // A palette mask as the published ones: red is place 1.
    let palette = try #require(Data(base64Encoded: Self.paletteMask))
    for name in ["2007_000032", "2007_000039"] {
      try folder.write(picture(4, 2, grey: 50), "\(root)/JPEGImages/\(name).jpg")
      try folder.write(Array(palette), "\(root)/SegmentationClass/\(name).png")
    }
    try folder.write(Array("2007_000032\n".utf8), "\(root)/ImageSets/Segmentation/train.txt")
    try folder.write(Array("2007_000039\n".utf8), "\(root)/ImageSets/Segmentation/val.txt")
    let data = try dataset(
      call(
        "voc_segmentation", (nil, .string(folder.path)),
        ("size", .list([.number(2), .number(4)]))))
    #expect(data.classes == 21 && data.train.count == 1 && data.test.count == 1)
    #expect(data.train.className(1) == "aeroplane" && data.train.className(15) == "person")
    #expect(try data.train.scene(0)?.mask.values == [0, 1, 15, 255, 20, 20, 0, 255])
    #expect(failure { _ = try call("voc_segmentation", (nil, .string("/no"))) }?.kind == .file)
  }

  @Test("Cityscapes' layout, with train ids or with label ids", arguments: [true, false])
  func cityscapes(hasTrainIDs: Bool) throws {
    let folder = try TemporaryFolder()
    let ending = hasTrainIDs ? "labelTrainIds" : "labelIds"
    for part in ["train", "val"] {
      try make(folder, "leftImg8bit/\(part)/ulm", "gtFine/\(part)/ulm")
      try folder.write(
        picture(8, 4, grey: 80), "leftImg8bit/\(part)/ulm/ulm_000000_000019_leftImg8bit.png")
      // Road and bicycle by either kind of id.
      try folder.write(
        hasTrainIDs ? mask(8, 4, 0, 18) : mask(8, 4, 7, 33),
        "gtFine/\(part)/ulm/ulm_000000_000019_gtFine_\(ending).png")
    }
    let data = try dataset(
      call(
        "cityscapes", (nil, .string(folder.path)), ("size", .list([.number(4), .number(8)])),
        ("crop", .number(4))))
    #expect(data.classes == 19 && data.train.className(18) == "bicycle")
    #expect(data.train.height == 4 && data.train.width == 4)
    #expect(data.test.height == 4 && data.test.width == 8)
    let values = try #require(try data.test.scene(0)).mask.values
    #expect(values[0] == 0 && values[7] == 18)
    try FileManager.default.removeItem(
      atPath: folder.file("gtFine/val/ulm/ulm_000000_000019_gtFine_\(ending).png"))
    let missing = failure { _ = try call("cityscapes", (nil, .string(folder.path))) }
    #expect(missing?.message.contains("has no mask") == true)
  }

  @Test("cut-outs, or how to get them")
  func stamps() throws {
    let missing = failure { _ = try call("stamps", ("path", .string("/no/such"))) }
    #expect(missing?.advice?.contains("apt install tuxpaint-stamps-default") == true)
    #expect(missing?.advice?.contains("scenes()") == true)
    // Cut-outs of the test's own: a square of one colour with a transparent rim.
    let folder = try TemporaryFolder()
    for (level, name) in ["red", "blue"].enumerated() {
      try make(folder, name)
      for index in 0..<4 {
        try folder.write(
          square(UInt8(100 * level + 20 * index + 40)), "\(name)/\(index).png")
      }
    }
    func open(_ seed: Int) throws -> Dataset {
      try dataset(
        call(
          "stamps", ("classes", .list([.string("red"), .string("blue")])),
          ("path", .string(folder.path)), ("train", .number(40)), ("test", .number(40)),
          ("size", .number(32)), ("seed", .number(Double(seed)))))
    }
    let (data, again, other) = (try open(3), try open(3), try open(4))
    #expect(data.classNames == ["ground", "red", "blue"])
    #expect(try data.train.scene(7) == again.train.scene(7))
    #expect(try data.train.scene(7) != other.train.scene(7))
    // Greens say which cut-out a pixel is of; light may change by −25 … +20 %.
    #expect(try data.train.pixelCounts(ofFirst: 40).allSatisfy { $0 > 0 })
    let few = failure {
      _ = try call(
        "stamps", ("classes", .list([.string("none")])), ("path", .string(folder.path)))
    }
    #expect(few?.kind == .file)
  }

  /// 24×24 with an opaque middle of 16×16.
  private func square(_ level: UInt8) -> [UInt8] {
    PNG.encoded(
      Raster(
        width: 24, height: 24, channels: 4,
        pixels: (0..<24 * 24).flatMap { place -> [UInt8] in
          let isInside = (4..<20).contains(place / 24) && (4..<20).contains(place % 24)
          return [level, level, level, isInside ? 255 : 0]
        }))
  }

  /// 4×2 pixels 0 1 15 255 / 20 20 0 255 of a palette of 256 colours.
  private static let paletteMask = """
    iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAMAAABIdo1RAAADAFBMVEUAAACAAAAAgACAgAAAAICAAIAAgICAgIBAAA\
    DAAABAgADAgABAAIDAAIBAgIDAgIAAQACAQAAAwACAwAAAQICAQIAAwICAwIBAQADAQABAwADAwABAQIDAQIBAwIDA\
    wIAAAECAAEAAgECAgEAAAMCAAMAAgMCAgMBAAEDAAEBAgEDAgEBAAMDAAMBAgMDAgMAAQECAQEAAwECAwEAAQMCAQM\
    AAwMCAwMBAQEDAQEBAwEDAwEBAQMDAQMBAwMDAwMAgAACgAAAggACggAAgAICgAIAggICggIBgAADgAABggADggABg\
    AIDgAIBggIDggIAgQACgQAAgwACgwAAgQICgQIAgwICgwIBgQADgQABgwADgwABgQIDgQIBgwIDgwIAgAECgAEAggE\
    CggEAgAMCgAMAggMCggMBgAEDgAEBggEDggEBgAMDgAMBggMDggMAgQECgQEAgwECgwEAgQMCgQMAgwMCgwMBgQEDg\
    QEBgwEDgwEBgQMDgQMBgwMDgwMAAIACAIAAAoACAoAAAIICAIIAAoICAoIBAIADAIABAoADAoABAIIDAIIBAoIDAoI\
    AAYACAYAAA4ACA4AAAYICAYIAA4ICA4IBAYADAYABA4ADA4ABAYIDAYIBA4IDA4IAAIECAIEAAoECAoEAAIMCAIMAA\
    oMCAoMBAIEDAIEBAoEDAoEBAIMDAIMBAoMDAoMAAYECAYEAA4ECA4EAAYMCAYMAA4MCA4MBAYEDAYEBA4EDA4EBAYM\
    DAYMBA4MDA4MAgIACgIAAgoACgoAAgIICgIIAgoICgoIBgIADgIABgoADgoABgIIDgIIBgoIDgoIAgYACgYAAg4ACg\
    4AAgYICgYIAg4ICg4IBgYADgYABg4ADg4ABgYIDgYIBg4IDg4IAgIECgIEAgoECgoEAgIMCgIMAgoMCgoMBgIEDgIE\
    BgoEDgoEBgIMDgIMBgoMDgoMAgYECgYEAg4ECg4EAgYMCgYMAg4MCg4MBgYEDgYEBg4EDg4EBgYMDgYMBg4MDg4MCa\
    7rFGAAAAEklEQVR4nGNgYOT/zyAiwvAfAAgAAjedT5tEAAAAAElFTkSuQmCC
    """
}

extension Split {
  fileprivate func batch(is size: [Int]) -> Bool {
    (try? batch([0]).labels.shape) == [1] + size
  }
}
