import Catalog
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Where transformers, MLPs and ConvNeXt start from, beside timm's own draws.
@Suite struct StartTests {
  /// Mean, standard deviation and largest magnitude by key.
  private static let goldens = Result {
    try golden("starts.json", as: [String: [String: [Double]]].self)
  }
  private static let names = ((try? goldens.get()) ?? [:]).keys.sorted()

  @Test func aNetworkOfEachBuilderIsThere() { #expect(Self.names.count >= 10) }

  @Test(arguments: names)
  func drawsAreTimms(_ name: String) throws {
    let golden = try #require(try Self.goldens.get()[name])
    let model = try make(name, ["classes": .number(10), "seed": .number(1)])
    let parameters = Dictionary(uniqueKeysWithValues: model.network.parameters)
    for (key, expected) in golden {
      let values = try #require(parameters[key], "\(key)").value.values.map { Double($0) }
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
      let largest = values.map { abs($0) }.max() ?? 0
      guard expected[1] > 1e-5 * expected[2] else {
        // Constants: the same number.
        #expect(disagreement(largest, expected[2], relative: 1e-5) == nil, "\(key)")
        #expect(deviation <= 1e-6 * largest, "\(key)")
        continue
      }
      // Both are samples: six standard errors of their difference.
      let room = 6 * (2 / count).squareRoot()
      #expect(abs(mean - expected[0]) <= room * expected[1], "\(key)")
      #expect(abs(deviation / expected[1] - 1) <= room, "\(key): \(deviation), \(expected[1])")
      // A uniform draw ends at 1.73 deviations, a cut one at 2.27, a normal one beyond 3.
      if count >= 1000 {
        let (own, other) = (largest / deviation, expected[2] / expected[1])
        #expect(
          (own < 2) == (other < 2) && (own < 2.5) == (other < 2.5), "\(key): \(own), \(other)")
      }
    }
  }
}
