import Catalog
import Datasets
import Images
import Layers
import Losses
import Models
import Optimizers
import Tensors
import Testing
import Training

/// Scenes of four columns, one a class; the last belongs to no class in every second picture. Grey
/// tells the class.
private struct Columns: SceneSource {
  let count = 5
  let height = 4
  let width = 8
  let channels = 1
  var normalisation: Normalisation? { .identity(channels: 1) }

  func scene(_ index: Int) -> Scene {
    let classes = (0..<32).map { UInt8($0 % 8 / 2) }
    return Scene(
      Raster(width: 8, height: 4, channels: 1, pixels: classes.map { $0 * 60 }),
      mask: Mask(
        height: 4, width: 8,
        values: classes.map { index % 2 == 1 && $0 == 3 ? Mask.ignored : $0 }))
  }
}

/// Logits −(grey − level of the class)², so that the nearest class is the largest; or those of the
/// class before.
private final class NearestGrey: Module {
  let shift: Float
  let step: Int

  init(shift: Float = 0, step: Int = 1) {
    self.shift = shift
    self.step = step
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let levels = try Tensor((0..<4).map { Float($0) * 60 / 255 }, [4])
    let coarse = try x.resized(height: x.shape[1] / step, width: x.shape[2] / step, mode: .nearest)
    return try ((coarse - levels + shift).square() * -100)
  }
}

@Suite("the figures of pictures with masks")
struct SegmentationTests {
  private let data: Dataset = {
    let split = Split(
      "columns", scenes: Columns(), classes: 4, classNames: ["a", "b", "c", "d"])
    return Dataset(name: "columns", script: "", train: split, test: split)
  }()

  private func model(shift: Float = 0, step: Int = 1, name: String = "nearest") throws -> Model {
    try Model(
      name: name, script: "", classes: 4, channels: 1, size: 8, seed: 0, task: .segmentation
    ) {
      NearestGrey(shift: shift, step: step)
    }
  }

  @Test("a matrix counted by hand")
  func matrix() {
    var matrix = ConfusionMatrix(classes: 4)
    matrix.add(
      truth: [0, 0, 0, 1, 1, 2, 255] as [Int32], predicted: [0, 0, 1, 1, 0, 1, 2] as [Int32])
    #expect(matrix.counts == [2, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    // Of 0: 2 of 3 + 3 − 2; of 1: 1 of 2 + 3 − 1; 2 was there and never seen; 3 is nowhere.
    #expect(matrix.ious == [0.5, 0.25, 0, nil])
    #expect(abs(matrix.meanIoU - 0.25) < 1e-12)
    #expect(matrix.accuracy == 0.5)
    #expect(matrix.total == 6 && matrix.truth(1) == 2 && matrix.predicted(1) == 3)
    #expect(ConfusionMatrix(classes: 2).meanIoU == 0)
  }

  @Test("a model that is right everywhere", arguments: [1, 2])
  func right(step: Int) throws {
    let result = try evaluate(try model(step: step), on: data.test, of: data, batchSize: 2)
    let score = try #require(result.segmentation)
    // Columns are two pixels wide, so half the resolution shows them all.
    #expect(score.meanIoU == 1 && result.accuracy == 1)
    #expect(result.samples == 5)
    #expect(score.matrix.total == 5 * 32 - 2 * 8)
    #expect(result.loss >= 0 && result.loss.isFinite)
  }

  @Test("a model beside its teacher")
  func teacher() throws {
    // Greys moved by one class: a is right, b is taken for a, …
    let student = try model(shift: 60.0 / 255, name: "moved")
    let result = try evaluate(
      student, on: data.test, of: data, teacher: try model(), batchSize: 256)
    let score = try #require(result.segmentation)
    #expect(score.teacher?.meanIoU == 1)
    #expect(score.matrix.accuracy < 0.5)
    #expect(result.agreement == score.matrix.accuracy)
    #expect((result.divergence ?? 0) > 1)
    let itself = try evaluate(try model(), on: data.test, of: data, teacher: try model(step: 1))
    #expect(itself.agreement == 1 && abs(itself.divergence ?? 1) < 1e-6)
  }

  @Test("classes of the pixels of some pictures")
  func masks() throws {
    let found = try segmentation(of: [0, 3], data.test, of: data, by: try model())
    #expect(found.count == 2)
    #expect(found[0].values == (try data.test.scene(0)?.mask.values))
    // What belongs to no class is seen as something all the same.
    #expect(!found[1].values.contains(Mask.ignored))
  }

  @Test("a model of one class a picture does not go with masks")
  func wrong() throws {
    let flat = try Model(name: "flat", script: "", classes: 4, channels: 1, size: 8, seed: 0) {
      Sequential([GlobalAvgPool(), Linear(1, 4)])
    }
    #expect(throws: (any Error).self) { try evaluate(flat, on: data.test, of: data) }
  }
}
