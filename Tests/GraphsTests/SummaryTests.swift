import Graphs
import Models
import Tensors
import Testing

@Suite struct SummaryTests {
  /// Multiply–accumulates of a publication or of counting by hand, in millions.
  @Test(arguments: [
    ("resnet18", 224, 1814), ("resnet34", 224, 3664), ("mobilenetv2_100", 224, 301),
  ])
  func costsAreThePublishedOnes(name: String, size: Int, millions: Int) throws {
    let model = try smallModel(name)
    let summary = try NetworkSummary(model.network, image: [size, size, 3])
    // Five classes in place of a thousand.
    #expect(abs(summary.multiplications / 1_000_000 - millions) <= 2)
    #expect(summary.layers.reduce(0) { $0 + $1.multiplications } == summary.multiplications)
  }

  @Test(arguments: modelNames)
  func everythingIsCountedOnce(name: String) throws {
    let model = try smallModel(name)
    let image = Array(testImages(model, batch: 1).shape.dropFirst())
    let summary = try NetworkSummary(model.network, image: image)
    #expect(summary.parameters == model.parameterCount)
    #expect(summary.layers.reduce(0) { $0 + $1.parameters } == model.parameterCount)
    #expect(summary.layers.reduce(0) { $0 + $1.multiplications } == summary.multiplications)
    #expect(summary.multiplications > 0 && summary.activationBytes > 0)
    #expect(summary.weightBytes >= 4 * model.parameterCount)
    #expect(summary.plannedBytes > 0)
  }
}
