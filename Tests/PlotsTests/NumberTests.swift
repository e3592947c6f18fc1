import Testing

@testable import Plots

@Suite("Numbers as text")
struct NumberTests {
  @Test func `fixed places`() {
    #expect(fixedText(0.413, 2) == "0.41")
    #expect(fixedText(-0.001, 2) == "0.00")
    #expect(fixedText(-1.5, 0) == "-2")
    #expect(fixedText(12.05, 3) == "12.050")
    #expect(fixedText(0.05, 1) == "0.1")
    #expect(fixedText(.nan, 2) == "nan")
    #expect(fixedText(-.infinity, 2) == "-inf")
    #expect(fixedText(1e300, 2) == "1e300")
  }

  @Test func `significant digits`() {
    #expect(significantText(0.0123456, 3) == "0.0123")
    #expect(significantText(1.5e-7, 3) == "1.5e-7")
    #expect(significantText(9.996, 3) == "10")
    #expect(significantText(123456, 3) == "123456")
    #expect(significantText(0, 3) == "0")
    #expect(significantText(-2.5e20, 3) == "-2.5e20")
    #expect(significantText(.leastNonzeroMagnitude, 2).hasSuffix("e-324"))
    #expect(significantText(1000, 4) == "1000")
  }

  @Test func `formats`() {
    #expect(NumberFormat.percent(1).text(0.9123) == "91.2 %")
    #expect(NumberFormat.count.text(11_689_512) == "11,689,512")
    #expect(NumberFormat.count.text(-999) == "-999")
    #expect(NumberFormat.bytes.text(1536) == "1.5 KiB")
    #expect(NumberFormat.bytes.text(512) == "512 B")
    #expect(NumberFormat.seconds.text(0.0081) == "8.1 ms")
    #expect(secondsText(85e-6) == "85 µs")
    #expect(secondsText(2.1) == "2.1 s")
    #expect(secondsText(59.96) == "1:00")
    #expect(clockText(12) == "0:12")
    #expect(clockText(3909) == "1:05:09")
    #expect(clockText(86_400 * 3 + 4 * 3600) == "3 d 4:00:00")
    #expect(clockText(.infinity) == "–")
  }

  @Test func `automatic places suit all numbers of a column`() {
    #expect(NumberFormat.automatic.settled(for: [1, 20, 300]) == .fixed(0))
    #expect(NumberFormat.automatic.settled(for: [0.4123, 0.5]) == .fixed(4))
    #expect(NumberFormat.automatic.settled(for: [31.25, 20.5]) == .fixed(2))
    #expect(NumberFormat.automatic.settled(for: [1e-9, 1.5]) == .significant(4))
    #expect(NumberFormat.automatic.settled(for: [.nan]) == .fixed(0))
    #expect(NumberFormat.count.settled(for: [0.5]) == .count)
  }

  @Test func `smoothing starts without a bias`() {
    #expect(smoothed([3, 3, 3], by: 0.9).allSatisfy { abs($0 - 3) < 1e-12 })
    // (0.1·1 + 0.09·0) / (1 − 0.81) for the second of 0, 1 at weight 0.9.
    let result = smoothed([0, 1], by: 0.9)
    #expect(abs(result[1] - 0.1 / 0.19) < 1e-12)
    let gap = smoothed([1, .nan, 1], by: 0.5)
    #expect(gap[1].isNaN && gap[2] == 1)
    #expect(smoothed([1, 2], by: 0) == [1, 2])
    #expect(smoothed([1, 2], by: .nan) == [1, 2])
  }

  @Test func `base 64 as in RFC 4648, section 10`() {
    let vectors = [
      "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=",
      "foobar": "Zm9vYmFy",
    ]
    for (text, code) in vectors { #expect(base64(Array(text.utf8)) == code) }
  }

  @Test func `bitmaps have the header and the rows that readers expect`() throws {
    let picture = try #require(
      Picture(width: 3, height: 2, channels: 3, pixels: (1...18).map { UInt8($0) }))
    let bytes = Bitmap(picture).file
    #expect(bytes.count == 54 + 2 * 12)
    #expect(Array(bytes[0..<2]) == [0x42, 0x4D])
    #expect(bytes[2] == UInt8(bytes.count) && bytes[10] == 54)
    #expect(bytes[18] == 3 && bytes[22] == 2 && bytes[28] == 24)
    // The last row comes first, as blue, green, red, filled to four bytes.
    #expect(Array(bytes[54..<66]) == [12, 11, 10, 15, 14, 13, 18, 17, 16, 0, 0, 0])
    let grey = try #require(Picture(width: 1, height: 1, channels: 1, pixels: [255]))
    #expect(Bitmap(grey).file.count == 54 + 256 + 4)
    #expect(Bitmap(grey).file[54 + 256] == 63)
  }

  @Test func `pictures refuse pixels that do not fill them`() {
    #expect(Picture(width: 2, height: 2, channels: 1, pixels: [1, 2, 3]) == nil)
    #expect(Picture(width: 0, height: 2, channels: 1, pixels: []) == nil)
    #expect(Picture(width: 1, height: 1, channels: 2, pixels: [1, 2]) == nil)
    #expect(Picture(width: .max, height: .max, channels: 3, pixels: []) == nil)
    let odd = Picture(width: 3, height: 1, channels: 1, values: [-1, .nan, 2])
    #expect(odd?.pixels == [0, 0, 255])
    #expect(odd?.resized(width: 1, height: 1).pixels == [85])
    #expect(odd?.resized(width: 6, height: 2).pixels.count == 12)
  }

  @Test func `histograms count every value in its bin`() {
    let histogram = Histogram(of: [0, 0.1, 0.5, 0.99, 1, .nan, .infinity], bins: 2)
    #expect(histogram.counts == [2, 3])
    #expect(Histogram(of: [5, 5], bins: 3).counts.reduce(0, +) == 2)
    #expect(Histogram(of: [1, 9], bins: 4, range: 0...4).counts == [0, 1, 0, 0])
    #expect(Histogram(of: [], bins: -7).counts == [0])
    #expect(Histogram(of: [-1e308, 1e308]).counts.count >= 5)
  }
}
