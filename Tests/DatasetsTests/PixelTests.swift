import Catalog
import Datasets
import Images
import TestSupport
import Testing

/// Operations on pixels against PIL's and torchvision's, to the bit.
@Suite("pixels")
struct PixelTests {
  struct Golden: Decodable {
    var records: [Record]
  }

  struct Record: Decodable {
    var operation: String
    var arguments: [Argument]
    var height: Int
    var width: Int
    var channels: Int
    var dull: Bool
    var bytes: String

    /// The picture that the operation is applied to, by formula.
    var picture: Raster {
      let pixels = (0..<height * width * channels).map { i -> UInt8 in
        let x = (i * i * 37 + i * 11 + (i / 7) * 5) % 253
        return UInt8(dull ? 60 + x / 2 : x)
      }
      return Raster(width: width, height: height, channels: channels, pixels: pixels)
    }

    func number(_ place: Int) throws -> Double {
      guard case .number(let number) = arguments[place] else {
        throw Failure(.value, "\(operation) needs a number")
      }
      return number
    }

    func method() throws -> Interpolation {
      guard case .word(let word) = arguments[0], let method = Interpolation(rawValue: word) else {
        throw Failure(.value, "\(operation) needs an interpolation")
      }
      return method
    }
  }

  enum Argument: Decodable {
    case number(Double)
    case word(String)

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if let number = try? single.decode(Double.self) {
        self = .number(number)
      } else {
        self = .word(try single.decode(String.self))
      }
    }
  }

  private func transform(_ record: Record) throws -> AffineTransform {
    let amount = try record.number(1)
    switch record.operation {
    case "shear_x": return .shearX(amount)
    case "shear_y": return .shearY(amount)
    case "translate_x": return .translateX(amount)
    case "translate_y": return .translateY(amount)
    default: return .rotation(degrees: amount, width: record.width, height: record.height)
    }
  }

  private func result(_ record: Record) throws -> Raster {
    let picture = record.picture
    switch record.operation {
    case "auto_contrast": return picture.autoContrasted()
    case "equalize": return picture.equalized()
    case "invert": return picture.inverted()
    case "solarize": return picture.solarized(from: Int(try record.number(0)))
    case "solarize_add": return picture.solarized(adding: Int(try record.number(0)))
    case "posterize": return picture.posterized(bits: Int(try record.number(0)))
    case "brightness": return picture.brightened(Float(try record.number(0)))
    case "contrast": return picture.contrasted(Float(try record.number(0)))
    case "color": return picture.coloured(Float(try record.number(0)))
    case "sharpness": return picture.sharpened(Float(try record.number(0)))
    case "hue": return picture.hueTurned(by: try record.number(0))
    case "resized_crop":
      let box = try (1...5).map { Int(try record.number($0)) }
      return picture.cropped(left: box[1], top: box[0], width: box[3], height: box[2])
        .resized(width: box[4], height: box[4], try record.method())
    default:
      return picture.transformed(
        try transform(record), try record.method(),
        fill: record.channels == 1 ? [100] : [100, 110, 120])
    }
  }

  @Test func everyOperationIsThatOfPIL() throws {
    let records = try golden("pixels.json", as: Golden.self).records
    let known = Set(records.map(\.operation))
    #expect(known.isSuperset(of: PixelOperation.allCases.map(\.rawValue)))
    for record in records {
      let found = try result(record)
      let digits = Array(record.bytes.utf8)
      let expected = stride(from: 0, to: digits.count - 1, by: 2).map { place in
        UInt8(String(decoding: digits[place...place + 1], as: UTF8.self), radix: 16)
      }
      #expect(
        found.pixels == expected,
        "\(record.operation) \(record.arguments) \(record.channels) channels, dull \(record.dull)")
    }
  }

  @Test func degeneratePicturesPass() {
    for (width, height) in [(1, 1), (2, 1), (1, 5), (2, 2)] {
      for channels in [1, 3] {
        let picture = Raster(
          width: width, height: height, channels: channels,
          pixels: Array(repeating: 7, count: width * height * channels))
        let fill = Array(repeating: UInt8(7), count: channels)
        #expect(picture.autoContrasted() == picture)
        #expect(picture.equalized() == picture)
        #expect(picture.sharpened(1.9) == picture)
        for method in Interpolation.allCases {
          let turned = picture.transformed(
            .rotation(degrees: 33, width: width, height: height), method, fill: fill)
          #expect(turned == picture)
        }
      }
    }
  }
}
