import Layers
import Tensors
import TestSupport
import Testing

/// SAME padding, channel attention, a convolution with norm and activation.
@Suite struct MobileLayerTests {
  /// A module's parameters by formula.
  private func fill(_ module: Module) throws {
    module.name()
    for (key, parameter) in module.parameters {
      let shape = parameter.layout.checkpointShape(parameter.shape)
      parameter.value = try parameter.layout.tensor(
        fromCheckpoint: Formula.weight(key, shape), shape)
    }
  }

  @Test func samePaddingGivesAsManyPixelsAsTheStrideDivides() throws {
    for size in 1...20 {
      for (kernel, stride, dilation) in [
        (1, 1, 1), (3, 1, 1), (3, 2, 1), (5, 2, 1), (2, 2, 1), (3, 4, 1), (1, 2, 1), (3, 1, 2),
        (4, 1, 1),
      ] {
        let window = ConvolutionWindow(stride: stride, dilation: dilation)
          .same(height: size, width: size + 3, kernelHeight: kernel, kernelWidth: kernel)
        let output = try window.outputSize(
          height: size, width: size + 3, kernelHeight: kernel, kernelWidth: kernel)
        #expect(output.height == (size + stride - 1) / stride, "\(size) \(kernel) \(stride)")
        #expect(output.width == (size + 3 + stride - 1) / stride, "\(size) \(kernel) \(stride)")
        let padding = window.padding
        #expect((0...1).contains(padding.bottom - padding.top))
        #expect((0...1).contains(padding.right - padding.left))
      }
    }
  }

  @Test(arguments: [(7, 6, 3, 2), (8, 9, 5, 2), (6, 5, 3, 1), (5, 8, 1, 2)])
  func sameConvolutionPadsMoreAfterTheImage(
    _ height: Int, _ width: Int, _ kernel: Int, _ stride: Int
  ) throws {
    let conv = Conv2d(2, 3, kernel: kernel, stride: stride, isSame: true)
    try fill(conv)
    let images = try Formula.tensor("images", [2, height, width, 2])
    let padding = conv.window(for: images.shape).padding
    let wide = try images.padded([
      (0, 0), (padding.top, padding.bottom), (padding.left, padding.right), (0, 0),
    ])
    let plain = Conv2d(2, 3, kernel: kernel, stride: stride)
    try fill(plain)
    let (found, expected) = (try conv(images, .evaluation), try plain(wide, .evaluation))
    #expect(disagreement(found, expected, relative: 1e-5, absolute: 1e-6) == nil)
    #expect(
      found.shape == [2, (height + stride - 1) / stride, (width + stride - 1) / stride, 3])
  }

  @Test func attentionIsTheFormula() throws {
    let squeeze = SqueezeExcite(4, middle: 2, activation: .silu, gate: .hardSigmoid)
    try fill(squeeze)
    let x = try Formula.tensor("x", [3, 5, 2, 4], scale: 4)
    let parameters = Dictionary(uniqueKeysWithValues: squeeze.parameters.map { ($0.0, $0.1.value) })
    func dense(_ input: Tensor, _ key: String) throws -> Tensor {
      let weight = try #require(parameters[key + ".weight"])
      let bias = try #require(parameters[key + ".bias"])
      return try linear(
        input, weight: try weight.reshaped(Array(weight.shape.suffix(2))), bias: bias)
    }
    let middle = try dense(try x.mean(axes: [1, 2]), "conv_reduce").silu()
    let gate = try dense(middle, "conv_expand").hardSigmoid()
    let expected = try x * gate.reshaped([3, 1, 1, 4])
    let found = try squeeze(x, .evaluation)
    #expect(disagreement(found, expected, relative: 1e-5, absolute: 1e-6) == nil)
    #expect(throws: ShapeError.self) { try squeeze(Tensor(zeros: [2, 4]), .evaluation) }
  }

  @Test func attentionGoesByThreeNames() {
    let names: [(SqueezeExcite.Keys, [String])] = [
      (.mobile, ["conv_reduce", "conv_expand"]), (.dense, ["fc1", "fc2"]),
      (.nested, ["fc.reduce", "fc.expand"]),
    ]
    for (keys, parts) in names {
      let squeeze = SqueezeExcite(8, middle: 2, keys: keys)
      #expect(
        squeeze.state.map(\.key) == parts.flatMap { ["\($0).weight", "\($0).bias"] })
    }
  }

  @Test func namedPartsHaveTheirNames() throws {
    let parts = Sequential(named: [("conv", Conv2d(1, 2, kernel: 1)), ("act", Activate(.relu))])
    #expect(parts.state.map(\.key) == ["conv.weight", "conv.bias"])
    #expect(Sequential(Conv2d(1, 2, kernel: 1)).state.map(\.key) == ["0.weight", "0.bias"])
  }

  @Test func askingForPartsChangesNoNumber() throws {
    let last = ConvNormAct(4, 4, kernel: 3, groups: 2, activation: .none)
    let parts = Sequential(named: [
      ("first", ConvNormAct(3, 4, kernel: 3, stride: 2, activation: .relu6)), ("last", last),
    ])
    try fill(parts)
    let images = try Formula.tensor("images", [2, 6, 6, 3], scale: 4)
    let residual = try Formula.tensor("residual", [2, 3, 3, 4], scale: 4)
    let preact = Preactivation()
    func run(_ context: Context) throws -> Tensor {
      let y = try parts.parts[0](images, context)
      return try last(y, context, residual: residual, preact: preact, activation: .relu)
    }
    for isTraining in [false, true] {
      let plain = Context(isTraining: isTraining, updatesState: false)
      let asking = Context(
        isTraining: isTraining, updatesState: false, features: ["first.bn", "last", "last.conv"])
      let (found, expected) = (try run(asking), try run(plain))
      #expect(disagreement(found, expected, relative: 1e-5, absolute: 1e-6) == nil)
      #expect(Set(asking.features.keys) == ["first.bn", "last", "last.conv"])
      let bare = try #require(asking.features["last"])
      let sum = try (bare + residual).relu()
      #expect(disagreement(found, sum, relative: 1e-6, absolute: 1e-6) == nil)
    }
  }
}
