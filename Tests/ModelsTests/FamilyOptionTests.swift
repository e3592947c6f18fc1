import Catalog
import Images
import Layers
import Tensors
import TestSupport
import Testing

@testable import Models

/// Networks that are built for images of one size, at other sizes than the usual one.
@Suite struct FamilyOptionTests {
  /// One name of each builder, with a patch that suits 28 grey pixels.
  static let tiny: [(name: String, patch: Int?)] = [
    ("vit_tiny", 4), ("deit_tiny_distilled", 7), ("levit_128s", nil), ("swin_tiny", 2),
    ("tnt_s", 7), ("tnt_s_legacy", 4), ("mixer_s16", 4), ("resmlp_12", 7), ("convnext_tiny", 2),
  ]

  static func declaration(_ name: String) throws -> Declaration {
    try #require(
      modelRegistry.declarations.first { ([$0.name] + $0.aliases).contains(name) })
  }

  private static func model(
    _ name: String, patch: Int?, size: Int, channels: Int, dropPath: Double = 0,
    drop: Double = 0
  ) throws -> Model {
    var given: [String: Value] = [
      "classes": .number(4), "channels": .number(Double(channels)), "seed": .number(1),
    ]
    let known = try declaration(name).arguments.map(\.name)
    if known.contains("img_size") { given["img_size"] = .number(Double(size)) }
    if let patch { given["patch_size"] = .number(Double(patch)) }
    if dropPath > 0 { given["drop_path_rate"] = .number(dropPath) }
    if drop > 0 { given["drop_rate"] = .number(drop) }
    return try make(name, given)
  }

  @Test(arguments: tiny)
  func smallGreyImagesAreTaken(_ name: String, _ patch: Int?) throws {
    for size in [28, 32] {
      let model = try Self.model(name, patch: patch, size: size, channels: 1)
      let images = try Formula.images("images", [2, 1, size, size], scale: 2)
      let context = Context(isTraining: true, isRecording: true)
      let loss = try crossEntropy(try model(images, context), Labels([0, 3]))
      let parameters = model.network.parameters
      let slopes = try gradients(
        of: loss, withRespectTo: parameters.map(\.parameter.tracked))
      #expect(loss.scalar.isFinite)
      #expect(try areFinite(slopes))
      #expect(try model(images, .evaluation).shape == [2, 4])
      if name != "convnext_tiny" {
        #expect((model.size, model.preprocessing.size) == (size, size))
        #expect(model.script.contains(", img_size=\(size)"))
        for wrong in [size + 1, size + 16, 224] {
          let error = #expect(throws: ShapeError.self) {
            try model(Tensor(zeros: [1, wrong, wrong, 1]), .evaluation)
          }
          #expect(error?.path.isEmpty == false)
        }
      }
    }
  }

  @Test(arguments: tiny)
  func clonesAndScriptsKeepTheOptions(_ name: String, _ patch: Int?) throws {
    let model = try Self.model(name, patch: patch, size: 28, channels: 1, dropPath: 0.25)
    #expect(model.script.contains(", drop_path_rate=0.25"))
    if let patch, patch != 4 || !name.hasPrefix("convnext") {
      #expect(model.script.contains(", patch_size=\(patch)"))
    }
    let copy = try model.cloned(seed: nil)
    #expect(copy.script == model.script && copy.size == model.size)
    #expect(areIdentical(copy.weights, model.weights))
    // Usual values are not written.
    #expect(try make(name, ["classes": .number(3)]).script.hasSuffix("(classes=3)"))
  }

  @Test(arguments: tiny)
  func droppingChangesTrainingAlone(_ name: String, _ patch: Int?) throws {
    let plain = try Self.model(name, patch: patch, size: 28, channels: 1)
    try plain.fill(seed: 2)
    let images = try Formula.images("images", [3, 1, 28, 28], scale: 2)
    func logits(_ model: Model, step: Int?) throws -> [[UInt32]] {
      let context = step.map { Context(isTraining: true, updatesState: false, step: $0) }
      return bits([try model(images, context ?? .evaluation)])
    }
    for (dropPath, drop) in [(0.9, 0.0), (0.0, 0.5)] {
      let model = try Self.model(
        name, patch: patch, size: 28, channels: 1, dropPath: dropPath, drop: drop)
      #expect(model.network.state.map(\.key) == plain.network.state.map(\.key))
      try model.fill(seed: 2)
      #expect(try logits(model, step: nil) == logits(plain, step: nil))
      #expect(try logits(model, step: 1) == logits(model, step: 1))
      #expect(try logits(model, step: 1) != logits(model, step: 2))
    }
    #expect(try logits(plain, step: 1) == logits(plain, step: 2))
  }

  @Test func argumentsThatDoNotFitAreRefused() throws {
    let wrong: [(String, [String: Value])] = [
      ("vit_tiny", ["img_size": .number(8)]), ("vit_tiny", ["img_size": .number(0)]),
      ("vit_tiny", ["img_size": .number(5000)]), ("vit_tiny", ["patch_size": .number(0)]),
      ("swin_tiny", ["img_size": .number(3)]), ("tnt_s", ["img_size": .number(15)]),
      ("mixer_s16", ["patch_size": .number(225)]), ("levit_128s", ["patch_size": .number(8)]),
      ("convnext_tiny", ["img_size": .number(32)]),
      ("vit_tiny", ["drop_path_rate": .number(1)]),
      ("vit_tiny", ["drop_path_rate": .number(-0.1)]), ("swin_tiny", ["drop_rate": .number(1)]),
    ]
    for (name, arguments) in wrong {
      let error = #expect(throws: Failure.self, "\(name) \(arguments)") {
        try make(name, arguments)
      }
      #expect(error?.message.isEmpty == false)
    }
  }

  @Test func namesWithoutSizeAreAliases() throws {
    let pairs = [
      ("vit_tiny", "vit_tiny_patch16_224"), ("vit_base", "vit_base_patch16_224"),
      ("vit_small_patch32", "vit_small_patch32_224"), ("deit_base", "deit_base_patch16_224"),
      ("deit_tiny_distilled", "deit_tiny_distilled_patch16_224"),
      ("swin_small", "swin_small_patch4_window7_224"), ("tnt_s", "tnt_s_patch16_224"),
      ("tnt_s_legacy", "tnt_s_legacy_patch16_224"), ("mixer_b16", "mixer_b16_224"),
      ("resmlp_24", "resmlp_24_224"),
    ]
    for (alias, name) in pairs { #expect(try Self.declaration(alias).name == name) }
  }
}

/// Windows of the Swin transformer.
@Suite struct WindowTests {
  /// Grid, side of a window.
  static let cases = [(8, 4), (9, 4), (7, 7), (5, 7), (15, 7), (14, 7), (1, 7), (8, 7)]

  @Test(arguments: cases)
  func joinedUndoesSplit(_ grid: Int, _ side: Int) throws {
    for isShifted in [false, true] {
      let windows = Windows(grid: grid, side: side, isShifted: isShifted)
      let x = try Formula.tensor("x", [2, grid, grid, 3])
      let parts = try windows.split(x)
      let inside = min(grid, side)
      let count = (grid + inside - 1) / inside
      #expect(parts.shape == [2 * count * count, inside * inside, 3])
      #expect(try windows.joined(parts).values == x.values)
      #expect((windows.mask != nil) == (isShifted && grid > side))
    }
  }

  @Test(arguments: cases)
  func neighboursAloneAttendToEachOther(_ grid: Int, _ side: Int) throws {
    let windows = Windows(grid: grid, side: side, isShifted: true)
    guard let mask = windows.mask else { return }
    // Every token says where it was; those that the shift brought together are far from each other.
    var places = Tensor(zeros: [1, grid, grid, 2])
    places.mutate { target in
      for row in 0..<grid {
        for column in 0..<grid {
          target[(row * grid + column) * 2] = Float(row + 1)
          target[(row * grid + column) * 2 + 1] = Float(column + 1)
        }
      }
    }
    let parts = try windows.split(places)
    let area = side * side
    let found = mask.values
    for window in 0..<parts.shape[0] {
      for first in 0..<area {
        for second in 0..<area {
          let a = (window * area + first) * 2
          let b = (window * area + second) * 2
          let isPadding = parts.values[a] == 0 || parts.values[b] == 0
          let isFar =
            abs(parts.values[a] - parts.values[b]) >= Float(side)
            || abs(parts.values[a + 1] - parts.values[b + 1]) >= Float(side)
          let value = found[(window * area + first) * area + second]
          if grid % side == 0 { #expect((value == -100) == isFar) }
          if !isPadding, isFar, grid % side == 0 { #expect(value == -100) }
          #expect(value == 0 || value == -100)
        }
      }
    }
  }

  @Test func displacementsCountFromTheCorner() {
    let windows = Windows(grid: 2, side: 2, isShifted: false)
    // Tokens (0,0) (0,1) (1,0) (1,1): three steps a side.
    #expect(
      windows.displacements.values
        == [4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4])
  }
}
