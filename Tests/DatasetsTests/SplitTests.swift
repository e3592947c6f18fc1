import Catalog
import Datasets
import Foundation
import Testing

@Suite("splits and displays")
struct SplitTests {
  @Test func holdsOutAShareOfEachClass() throws {
    let whole = try digits()
    let data = try dataset(call("split", (nil, whole.value), ("val", .number(0.1))))
    let validation = try #require(data.validation)
    #expect(data.train.count + validation.count == whole.train.count)
    #expect(validation.count == 144)
    for (label, count) in validation.classCounts.enumerated() {
      #expect(abs(Double(count) - Double(whole.train.classCounts[label]) * 144 / 1437) < 1)
    }
    #expect(data.test.labels == whole.test.labels)
    #expect(data.script == "split(digits(), val=0.1, seed=0)")
    #expect(data.evaluation === validation)
    // Pictures go with their labels: both parts together are the whole, none twice.
    let key = { (split: Split, index: Int) in
      "\(split.labels[index]) \(try split.image(index).values)"
    }
    var parts = try (0..<data.train.count).map { try key(data.train, $0) }
    parts += try (0..<validation.count).map { try key(validation, $0) }
    let all = try (0..<whole.train.count).map { try key(whole.train, $0) }
    #expect(parts.sorted() == all.sorted())
    let other = try dataset(call("split", (nil, whole.value), ("seed", .number(1))))
    #expect(other.validation?.labels != validation.labels)
    let again = failure { _ = try call("split", (nil, data.value)) }
    #expect(again?.kind == .state)
    for share in [0, 1, 0.0001, -1, .nan] {
      #expect(
        failure { _ = try call("split", (nil, whole.value), ("val", .number(share))) }?.kind
          == .value)
    }
  }

  @Test func subsetsKeepTheShares() throws {
    let data = try dataset(
      call("subset", (nil, digits().value), ("train", .number(100)), ("test", .number(20))))
    #expect(data.train.count == 100)
    #expect(data.test.count == 20)
    #expect(data.train.classCounts.allSatisfy { (9...11).contains($0) })
    #expect(data.script == "subset(digits(), train=100, test=20, seed=0)")
    let tooMany = failure {
      _ = try call("subset", (nil, digits().value), ("train", .number(5000)))
    }
    #expect(tooMany?.message.contains("has 1437 samples, 5000 are wanted") == true)
  }

  @Test func membersAreThere() throws {
    let data = try digits()
    for name in data.memberNames { #expect(try data.member(name) != nil, "\(name)") }
    for name in data.train.memberNames { #expect(try data.train.member(name) != nil, "\(name)") }
    #expect(try data.member("size")?.line() == "8")
    #expect(try data.member("nonsense") == nil)
    let missing = failure { _ = try data.member("val") }
    #expect(missing?.kind == .state)
    #expect(missing?.advice?.contains("split(data, val=0.1)") == true)
  }

  @Test func tablesSayWhatThereIs() throws {
    let text = try digits().display(Style())
    let lines = text.plain.split(separator: "\n")
    #expect(lines.count == 13)
    #expect(lines[1].split(separator: " ").map(String.init) == ["class", "train", "test"])
    #expect(lines[2].split(separator: " ").map(String.init) == ["0", "142", "36"])
    #expect(text.forms.map(\.mediaType) == ["image/svg+xml"])
    #expect(text.forms[0].content.hasPrefix("<svg xmlns="))
    #expect(text.plain.contains("mean 0.3"))
  }

  @Test func samplesArePictures() throws {
    let split = try digits().train
    #expect(split.elementCount == 1437)
    guard case .object(let object) = try split.element(0), let sample = object as? Sample else {
      Issue.record("no sample")
      return
    }
    for name in sample.memberNames { #expect(try sample.member(name) != nil, "\(name)") }
    let plain = sample.display(Style()).plain.split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(plain.count == 9)
    #expect(plain.last == "digits.train[0]: class \(sample.label)")
    #expect(plain.dropLast().allSatisfy { $0.count <= 16 })
    #expect(plain.dropLast().joined().contains("█"))
    let ascii = sample.display(Style(unicode: false)).plain
    #expect(ascii.utf8.count == ascii.count)
    let colour = sample.display(Style(color: true)).plain
    #expect(colour.filter { $0 == "▀" }.count == 32)
    #expect(colour.contains("\u{1B}[38;2;"))
    let svg = try #require(sample.display(Style()).forms.first?.content)
    #expect(svg.hasPrefix("<svg") && svg.hasSuffix("</svg>"))
    let png = try #require(
      svg.split(separator: "base64,").last?.split(separator: "\"").first.flatMap {
        Data(base64Encoded: String($0))
      })
    #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(png.suffix(8) == Data([0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]))
    // Width and height.
    #expect([UInt8](png[16..<24]) == [0, 0, 0, 8, 0, 0, 0, 8])
  }

  @Test func oddPicturesCanBeShown() {
    for (height, width, channels) in [(1, 1, 1), (3, 200, 3), (100, 5, 2), (65, 64, 4)] {
      let values = (0..<height * width * channels).map { Float($0 % 7) - 3 }
      let split = Split(
        "odd", images: FloatImages(values, height: height, width: width, channels: channels),
        labels: [0], classes: 1)
      for style in [Style(), Style(width: 20, unicode: false), Style(color: true)] {
        let text = (try? split.element(0))?.display(style).plain ?? ""
        #expect(text.hasSuffix("odd[0]: class 0"))
      }
    }
    let broken = Split(
      "nan", images: FloatImages([.nan, .infinity, 0, 1], height: 2, width: 2, channels: 1),
      labels: [0], classes: 1)
    #expect((try? broken.element(0))?.display(Style()).plain.isEmpty == false)
  }
}
