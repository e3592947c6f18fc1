import Catalog

/// The temperature that makes a model's probabilities most likely on samples held out: softmax(z/T)
/// with T fitted by negative log likelihood (Guo et al. 2017, https://arxiv.org/abs/1706.04599).
///
/// In β = 1/T the mean loss ln Σ exp(β z_k) − β z_y is convex; its slope E_p[z] − z_y is brought to
/// zero by Newton's method inside a shrinking interval.
public struct TemperatureScaling: Sendable, Equatable {
  public var temperature: Double
  /// Mean negative log likelihood of the samples it was fitted on, before and after.
  public var lossBefore: Double
  public var lossAfter: Double
  public var samples: Int

  /// Temperatures that are looked at; at an end the samples do not say where to stop.
  public static let range = 0.02...50.0

  /// - Parameter logits: Rows of K, one for each label.
  public init(logits: [Float], labels: [Int]) throws {
    let classes = labels.isEmpty ? 0 : logits.count / labels.count
    guard classes > 0, classes * labels.count == logits.count,
      labels.allSatisfy({ (0..<classes).contains($0) })
    else {
      throw Failure(.shape, "\(logits.count) logits do not go with \(labels.count) labels")
    }
    func look(_ beta: Double) -> (loss: Double, slope: Double, bend: Double) {
      var (loss, slope, bend) = (0.0, 0.0, 0.0)
      for (index, label) in labels.enumerated() {
        let row = logits[index * classes..<(index + 1) * classes]
        let top = Double(row.max() ?? 0)
        var (total, first, second) = (0.0, 0.0, 0.0)
        for value in row {
          let z = Double(value) - top
          let power = exponential(beta * z)
          total += power
          first += power * z
          second += power * z * z
        }
        let mean = first / total
        let target = Double(row[row.startIndex + label]) - top
        loss += logarithm(total) - beta * target
        slope += mean - target
        bend += second / total - mean * mean
      }
      let n = Double(labels.count)
      return (loss / n, slope / n, bend / n)
    }
    var (low, high) = (1 / Self.range.upperBound, 1 / Self.range.lowerBound)
    var beta = 1.0
    for _ in 0..<60 {
      let here = look(beta)
      if here.slope > 0 { high = beta } else { low = beta }
      let newton = here.bend > 0 ? beta - here.slope / here.bend : .infinity
      let next = newton > low && newton < high ? newton : (low * high).squareRoot()
      if abs(next - beta) <= 1e-9 * beta { break }
      beta = next
    }
    temperature = 1 / beta
    lossBefore = look(1).loss
    lossAfter = look(beta).loss
    samples = labels.count
  }
}
