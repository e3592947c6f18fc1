import Testing

@testable import Plots

@Suite("Axes")
struct AxisTests {
  private static let spans: [(Double, Double)] = [
    (0, 1), (-3, 7), (0.0011, 0.0012), (1e9, 1e9 + 1), (-1e300, 1e300), (1e-300, 3e-300),
    (99.5, 100.5), (0, .leastNonzeroMagnitude), (12_345, 987_654),
  ]

  @Test(arguments: spans)
  func `ticks are round, rising, inside and told apart`(_ low: Double, _ high: Double) {
    for isLog in [false, true] where !isLog || low > 0 {
      for count in [2, 3, 5, 8] {
        let scale = Scale(Axis(isLog: isLog), for: [low, high], margin: 0)
        let ticks = Ticks(scale, count: count)
        #expect(ticks.values.count >= 1, "\(scale)")
        #expect(ticks.values.count <= 3 * count + 1)
        #expect(ticks.values.count == ticks.labels.count)
        #expect(Set(ticks.labels).count == ticks.labels.count, "\(ticks.labels)")
        #expect(zip(ticks.values, ticks.values.dropFirst()).allSatisfy { $0 < $1 })
        for value in ticks.values {
          let share = scale.share(value) ?? -1
          #expect(share >= -1e-6 && share <= 1 + 1e-6, "\(value) in \(scale)")
        }
      }
    }
  }

  @Test func `labels are short`() {
    func labels(_ low: Double, _ high: Double, log: Bool = false) -> [String] {
      Ticks(Scale(Axis(isLog: log), for: [low, high], margin: 0), count: 5).labels
    }
    #expect(labels(0, 1) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(0, 50_000) == ["0", "10k", "20k", "30k", "40k", "50k"])
    #expect(labels(0, 2.5e6) == ["0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"])
    #expect(labels(0, 4e-6) == ["0", "1e-6", "2e-6", "3e-6", "4e-6"])
    #expect(labels(1e-5, 0.1, log: true) == ["1e-5", "1e-4", "0.001", "0.01", "0.1"])
    #expect(labels(900, 7500, log: true) == ["1000", "2000", "5000"])
  }

  @Test func `steps and epochs have no halves`() {
    let scale = Scale(Axis(), for: [1, 3], margin: 0)
    #expect(Ticks(scale, count: 8, wholeOnly: true).labels == ["1", "2", "3"])
  }

  @Test func `scales hold what can be drawn`() {
    let log = Scale(Axis(isLog: true), for: [0, -1, .nan, 10, 1000], margin: 0)
    #expect(abs(log.lower - 10) < 1e-9 && abs(log.upper - 1000) < 1e-6)
    #expect(log.share(0) == nil && log.share(.infinity) == nil)
    #expect(abs((log.share(100) ?? 0) - 0.5) < 1e-12)
    let constant = Scale(Axis(), for: [5, 5], margin: 0)
    #expect(constant.lower < 5 && constant.upper > 5)
    let empty = Scale(Axis(), for: [Double](), margin: 0)
    #expect(empty.lower == 0 && empty.upper == 1)
    let fixed = Scale(Axis(range: 0...100), for: [5, 500], margin: 0.1)
    #expect(fixed.lower == 0 && fixed.upper == 100)
    // A range that cannot be drawn is not taken.
    let wrong = Scale(Axis(isLog: true, range: 0...1), for: [1, 10], margin: 0)
    #expect(wrong.lower > 0.9)
  }

  @Test func `thinning keeps what can be seen`() {
    let points = (0..<10_000).map { Point(x: Double($0), y: $0 == 4321 ? 9 : Double($0 % 7)) }
    let thin = decimated(points, columns: 100)
    #expect(thin.count <= 401)
    #expect(thin.first == points.first && thin.last == points.last)
    #expect(thin.contains { $0.y == 9 })
    #expect(zip(thin, thin.dropFirst()).allSatisfy { $0.x < $1.x })
    #expect(decimated(Array(points.prefix(300)), columns: 100).count == 300)
    let vertical = (0..<9999).map { Point(x: 1, y: Double($0)) }
    #expect(decimated(vertical, columns: 10).map(\.y) == [0, 9998])
    let jumping = (0..<9999).map { Point(x: Double($0 % 2 * 100), y: 0) }
    #expect(decimated(jumping, columns: 10).count <= 90)
  }
}
