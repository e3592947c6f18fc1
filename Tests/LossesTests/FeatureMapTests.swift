import Catalog
import Layers
import Tensors
import TestSupport
import Testing

@testable import Losses

/// Features of any network as maps, and what brings one to the shape of another.
@Suite struct FeatureMapTests {
  @Test func tokensAreTheirGrid() throws {
    #expect(try mapShape([2, 7, 5, 3]) == [2, 7, 5, 3])
    #expect(try mapShape([2, 9]) == [2, 1, 1, 9])
    for (tokens, side) in [(1, 1), (4, 2), (5, 2), (6, 2), (16, 4), (17, 4), (198, 14)] {
      #expect(try mapShape([2, tokens, 3]) == [2, side, side, 3], "\(tokens)")
    }
    for shape in [[2, 12, 3], [2, 0, 3], [2], [1, 2, 3, 4, 5], []] {
      #expect(throws: ShapeError.self) { try mapShape(shape) }
    }
  }

  /// The class token stands in front and is left out; the grid keeps its order.
  @Test func classTokensAreLeftOut() throws {
    let tokens = try Tensor((0..<10).map { Float($0) }, [1, 5, 2])
    let map = try featureMap(tokens)
    #expect(map.shape == [1, 2, 2, 2] && map.values == (2..<10).map { Float($0) })
  }

  @Test func adaptersReachTheTeachersShape() throws {
    let shapes: [[Int]] = [
      [2, 8, 8, 6], [2, 4, 4, 10], [2, 16, 4], [2, 17, 12], [2, 5], [2, 3, 9, 2],
    ]
    for student in shapes {
      for teacher in shapes {
        let fit = try FeatureFit(FeatureShapes(student: student, teacher: teacher))
        for norm in [false, true] {
          let adapter = FeatureAdapter(fit, norm: norm, activation: norm ? .relu : .none)
          adapter.initialize(seed: 3)
          let x = try Formula.tensor("x", student)
          let y = try adapter(x, Context(isTraining: true, isRecording: true))
          #expect(try y.shape == mapShape(teacher), "\(student) → \(teacher)")
          #expect(adapter.parameters.isEmpty == (student.last == teacher.last))
        }
      }
    }
  }

  @Test func fitsAreSaidInWords() throws {
    let fit = try FeatureFit(FeatureShapes(student: [2, 8, 8, 6], teacher: [2, 17, 12]))
    #expect(fit.channelText == "6 → 12")
    #expect(fit.spaceText == "teacher −1 token, mean 8×8 → 4×4")
    let up = try FeatureFit(FeatureShapes(student: [2, 9], teacher: [2, 4, 4, 9]))
    #expect(up.channelText == "–" && up.spaceText == "bilinear 1×1 → 4×4")
    let same = try FeatureFit(FeatureShapes(student: [2, 9], teacher: [2, 9]))
    #expect(same.channelText == "–" && same.spaceText == "–")
  }

  /// Losses on patterns over pixels say nothing of vectors, and say so.
  @Test(arguments: ["at", "nst"])
  func vectorsHaveNoPattern(_ name: String) throws {
    var input = LossInput(
      logits: Tensor(zeros: [2, 3]), targets: .hard(Labels([0, 1])))
    input.features = [
      FeaturePair(
        student: try Formula.tensor("s", [2, 6]), teacher: try Formula.tensor("t", [2, 4, 4, 6]))
    ]
    let failure = try #require(
      #expect(throws: Failure.self) { try make(name).evaluate(input) })
    #expect(failure.kind == .shape && failure.advice?.contains("fitnet") == true)
  }
}
