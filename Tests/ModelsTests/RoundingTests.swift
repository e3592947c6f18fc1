import Catalog
import Graphs
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// How far deep networks are from double precision.
@Suite struct RoundingTests {
  /// Logits in double precision, for weights and images by formula.
  struct Golden: Decodable {
    var model: String
    var seed: Int
    var classes: Int
    var input: [Int]
    var logits: [[Double]]
  }

  @Test("Winograd's error is at most ten times the definition's, planned or not", arguments: 0..<2)
  func fastConvolutions(_ index: Int) throws {
    let golden = try golden("doubles.json", as: [Golden].self)[index]
    let model = try make(golden.model, ["classes": .number(Double(golden.classes))])
    try model.fill(seed: golden.seed)
    let images = try Formula.images("input", golden.input, seed: golden.seed, scale: 2)
    func error(_ logits: Tensor) -> Double {
      let wanted = golden.logits.flatMap { $0 }
      let size = (wanted.reduce(0) { $0 + $1 * $1 } / Double(wanted.count)).squareRoot()
      return zip(logits.values, wanted).map { abs(Double($0) - $1) }.reduce(0, max) / size
    }
    let definition = try error(
      ConvolutionArithmetic.exactly { try model(images, .evaluation) })
    // PyTorch's own error here is 1.1e-6 and 1.2e-6.
    #expect(definition < 5e-6)
    #expect(try error(model(images, .evaluation)) < 10 * definition)
    #expect(try error(FrozenNetwork(model.network).run(images).output) < 10 * definition)
  }
}
