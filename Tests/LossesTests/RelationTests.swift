import Layers
import Losses
import Tensors
import TestSupport
import Testing

/// What relations between samples do not see.
@Suite struct RelationTests {
  private let teacher = Result { try Formula.tensor("relation.teacher", [6, 8]) }

  private func value(_ name: String, _ features: Tensor, _ arguments: [String: Double] = [:]) throws
    -> Double
  {
    var input = LossInput(
      logits: Tensor(zeros: [features.shape[0], 3]),
      targets: .hard(Labels(Array(repeating: 0, count: features.shape[0]))))
    input.features = [FeaturePair(student: features, teacher: try teacher.get())]
    return Double(try make(name, arguments).terms[0].loss.value(input).scalar)
  }

  private func isZero(_ value: Double) -> Bool { abs(value) < 2e-5 }

  /// Scaled, turned and moved features have the same relative distances and angles.
  @Test func distancesAndAnglesKnowNoFrame() throws {
    let features = try teacher.get()
    let turned = try features.flipped(axis: 1) * 3 + 0.5
    #expect(isZero(try value("rkd", turned)))
    let bent = features.square()
    #expect(try value("rkd", bent, ["angle": 0]) > 0.01)
    #expect(try value("rkd", bent, ["distance": 0]) > 0.01)
    // More channels that say nothing change nothing.
    #expect(isZero(try value("rkd", features.padded([(0, 0), (0, 4)]))))
  }

  @Test func anglesOfTooManySamplesAreRefused() throws {
    let many = try Formula.tensor("many", [600, 2])
    var input = LossInput(
      logits: Tensor(zeros: [600, 3]), targets: .hard(Labels(Array(repeating: 0, count: 600))))
    input.features = [FeaturePair(student: many, teacher: many)]
    let failure = #expect(throws: ShapeError.self) { try make("rkd").terms[0].loss.value(input) }
    #expect(failure?.message.contains("angle=0") == true)
    #expect(try isZero(Double(make("rkd", ["angle": 0]).terms[0].loss.value(input).scalar)))
  }

  /// Cosines do not see how long a sample's features are.
  @Test(arguments: ["pkt", "cc"])
  func lengthsAreNotSeen(_ name: String) throws {
    let lengths = try Tensor([1, 2, 0.5, 3, 1, 7], [6, 1])
    let features = try teacher.get() * lengths
    #expect(isZero(try value(name, features) * 1000))
    #expect(try value(name, features.square()) * 1000 > 0.01)
  }

  @Test func similaritiesDoNotSeeTheScaleOfAll() throws {
    let features = try teacher.get()
    #expect(isZero(try value("sp", features * -4)))
    #expect(try value("sp", features.square()) > 0.001)
  }

  /// A Taylor series of high order is the Gaussian kernel itself.
  @Test func seriesIsTheKernel() throws {
    let a = try Formula.tensor("kernel.student", [6, 8])
    let gamma = 0.7
    func kernel(_ rows: Tensor) -> [Double] {
      let unit = (0..<6).map { row -> [Double] in
        let x = (0..<8).map { Double(rows.values[row * 8 + $0]) }
        let length = x.map { $0 * $0 }.reduce(0, +).squareRoot()
        return x.map { $0 / length }
      }
      return unit.flatMap { x in
        unit.map { y in
          let distance = zip(x, y).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
          return exponential(-gamma * distance)
        }
      }
    }
    let (p, q) = (kernel(a), kernel(try teacher.get()))
    let expected = zip(p, q).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / 36
    let found = try value("cc", a, ["gamma": gamma, "order": 12])
    #expect(disagreement(found, expected, relative: 1e-4) == nil)
  }

  /// Maps count with all their positions; tokens and vectors as they are.
  @Test func mapsAreRows() throws {
    let map = try Formula.tensor("map", [6, 2, 2, 2])
    let rows = try map.reshaped([6, 8])
    for name in ["rkd", "pkt", "sp"] {
      #expect(try value(name, map) == value(name, rows), "\(name)")
    }
  }

  private func exponential(_ x: Double) -> Double {
    // Sixty terms of the series are exact to double precision for |x| < 4.
    var (term, sum) = (1.0, 1.0)
    for n in 1...60 {
      term *= x / Double(n)
      sum += term
    }
    return sum
  }
}
