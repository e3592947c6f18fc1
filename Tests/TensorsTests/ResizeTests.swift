import Foundation
import Testing

@testable import Tensors

@Suite("Resize")
struct ResizeTests {
  struct Golden: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      var mode: String
      var alignCorners: Bool
      var antialias: Bool
      var height: Int
      var width: Int
      var values: [Float]

      var testDescription: String {
        "\(mode) to \(height)×\(width)\(alignCorners ? ", corners" : "")"
          + (antialias ? ", smoothed" : "")
      }
    }

    var height: Int
    var width: Int
    var values: [Float]
    var cases: [Case]

    static func load() throws -> Golden {
      let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden/resize.json")
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
  }

  @Test("PyTorch's numbers, in every channel")
  func values() throws {
    let golden = try Golden.load()
    let plane = try Tensor(golden.values, [1, golden.height, golden.width, 1])
    for channels in [1, 5, 17] {
      let factors = try Tensor((0..<channels).map { Float($0) - 2 }, [channels])
      let images = try plane * factors
      for c in golden.cases {
        let mode = try #require(ResizeMode(rawValue: c.mode))
        let expected = try Tensor(c.values, [1, c.height, c.width, 1]) * factors
        try forEachInstructionSet {
          let result = try images.resized(
            height: c.height, width: c.width, mode: mode, alignCorners: c.alignCorners,
            antialias: c.antialias)
          #expect(
            isClose(result, expected, relative: 1e-5, absolute: 1e-5),
            "\(c.testDescription), \(channels) channels")
        }
      }
    }
  }

  @Test("derivatives")
  func derivatives() throws {
    for mode in ResizeMode.allCases {
      for (height, width) in [(7, 3), (2, 9)] {
        try checkGradients([noise([2, 4, 5, 3], seed: 1)]) {
          try $0[0].resized(height: height, width: width, mode: mode).square()
        }
      }
    }
    try checkGradients([noise([1, 6, 5, 2], seed: 1)]) {
      try $0[0].resized(height: 2, width: 3, mode: .bicubic, antialias: true)
    }
  }

  @Test("bits do not depend on threads")
  func threads() throws {
    let x = noise([3, 20, 31, 24], seed: 1)
    try checkThreads {
      let variable = x.variable()
      let y = try variable.resized(height: 33, width: 29, mode: .bicubic)
      return try [y]
        + gradients(of: y, withRespectTo: [variable], seed: noise(y.shape, seed: 2))
    }
  }

  @Test("the same size is the same tensor; sizes that cannot be are named")
  func sizes() throws {
    let x = noise([2, 4, 5, 3], seed: 1)
    #expect(try x.resized(height: 4, width: 5).sharesStorage(with: x))
    #expect(throws: ShapeError.self) { try x.resized(height: 0, width: 3) }
    #expect(throws: ShapeError.self) { try noise([4, 5], seed: 1).resized(height: 2, width: 2) }
    #expect(throws: ShapeError.self) {
      try x.resized(height: 2, width: 3, alignCorners: true, antialias: true)
    }
    #expect(throws: ShapeError.self) {
      try x.resized(height: 2, width: 3, mode: .nearest, antialias: true)
    }
    #expect(try Tensor(zeros: [0, 4, 4, 3]).resized(height: 2, width: 2).shape == [0, 2, 2, 3])
  }
}
