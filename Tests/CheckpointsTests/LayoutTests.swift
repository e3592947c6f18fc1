import Checkpoints
import Tensors
import Testing

@Suite("layouts")
struct LayoutTests {
  /// Sizes around the tiles that the kernels work in.
  static let shapes: [[Int]] = [
    [1, 1, 1, 1], [32, 16, 1, 1], [33, 17, 3, 3], [5, 3, 2, 4], [64, 7, 3, 3], [31, 1, 5, 5],
    [70, 40, 1, 1], [0, 3, 1, 1],
  ]

  /// Floats as the bytes of a file that begins at an odd address.
  private func stored(_ type: ElementType, _ shape: [Int]) throws -> StoredArray {
    var random = FixedRandom(UInt64(shape.elementCount))
    let data: [UInt8] = (0..<shape.elementCount).flatMap { _ -> [UInt8] in
      let value = Float.random(in: -2...2, using: &random)
      switch type {
      case .float64: return little(Double(value).bitPattern)
      case .float32: return little(value.bitPattern)
      case .bfloat16: return little(UInt16(value.bitPattern >> 16))
      case .int64: return little(Int64(value * 100))
      // Sign, exponents around one, and any fraction.
      case .float16: return little(UInt16.random(in: 0x3000...0x4400, using: &random))
      default: return [UInt8.random(in: 0...100, using: &random)]
      }
    }
    let header =
      "{\"x\":{\"dtype\":\"\(type.rawValue)\",\"shape\":\(shape),\"data_offsets\":"
      + "[0,\(data.count)]}}"
    let padded = header + (header.utf8.count % 2 == 0 ? " " : "")
    let file = FileBytes(
      little(UInt64(padded.utf8.count)) + Array(padded.utf8) + data, name: "odd.safetensors")
    return try #require(try Checkpoint.read(file)["x"])
  }

  @Test(arguments: [ElementType.float32, .float16, .bfloat16, .float64, .int64, .uint8])
  func weightsChangeTheirOrder(_ type: ElementType) throws {
    for shape in Self.shapes {
      let array = try stored(type, shape)
      let plain = array.floats()
      let result = try array.tensor(in: .convolution)
      #expect(result.shape == [shape[2], shape[3], shape[1], shape[0]])
      let (outputs, inputs, kernel) = (shape[0], shape[1], shape[2] * shape[3])
      var expected = plain
      for output in 0..<outputs {
        for input in 0..<inputs {
          for place in 0..<kernel {
            expected[(place * inputs + input) * outputs + output] =
              plain[(output * inputs + input) * kernel + place]
          }
        }
      }
      #expect(result.values == expected, "\(type) \(shape)")
      #expect(Layout.convolution.checkpointValues(result) == plain)
      let dense = StoredArray(plain, shape: [outputs, inputs * kernel])
      let turned = try dense.tensor(in: .dense)
      #expect(turned.shape == [inputs * kernel, outputs])
      #expect(Layout.dense.checkpointValues(turned) == plain)
      #expect(try array.tensor(in: .plain).values == plain)
    }
  }

  @Test func allHalvesAreWidenedAlike() throws {
    let patterns = (0...UInt16.max).map { $0 }
    let data = patterns.flatMap { little($0) }
    for (type, widened) in [
      (ElementType.float16, patterns.map { Float(Float16(bitPattern: $0)) }),
      (.bfloat16, patterns.map { Float(bitPattern: UInt32($0) << 16) }),
    ] {
      let header =
        "{\"x\":{\"dtype\":\"\(type.rawValue)\",\"shape\":[65536],\"data_offsets\":[0,131072]}}"
      let file = FileBytes(
        little(UInt64(header.utf8.count)) + Array(header.utf8) + data, name: "halves")
      let read = try #require(try Checkpoint.read(file)["x"])
      for (a, b) in zip(read.floats(), widened) {
        #expect(a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN))
      }
    }
  }
}
