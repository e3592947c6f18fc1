import Catalog
import Datasets
import Layers
import Models
import Tensors

/// The numbers of one layer: what its units give, or what its gradients are.
public struct LayerStatistics: Sendable, Equatable {
  /// The module's path.
  public var layer: String
  public var count: Int
  public var mean: Double
  public var deviation: Double
  /// Largest magnitude.
  public var largest: Double
  /// Share of numbers whose magnitude is at most `threshold`.
  public var nearZero: Double
  /// Counts in bins of equal width over −reach … reach.
  public var bins: [Double]
  /// Half the width of the histogram: four deviations and the mean, at least.
  public var reach: Double

  public static let binCount = 40

  init(_ layer: String, _ values: [Float], threshold: Double) {
    self.layer = layer
    count = values.count
    let n = Double(max(1, values.count))
    var (sum, squares, near, top) = (0.0, 0.0, 0, 0.0)
    for value in values {
      let x = Double(value)
      sum += x
      squares += x * x
      near += abs(x) <= threshold ? 1 : 0
      top = max(top, abs(x))
    }
    mean = sum / n
    deviation = max(0, squares / n - mean * mean).squareRoot()
    largest = top
    nearZero = Double(near) / n
    reach = max(abs(mean) + 4 * deviation, .leastNormalMagnitude)
    bins = Array(repeating: 0, count: Self.binCount)
    guard reach.isFinite else { return }
    let scale = Double(Self.binCount) / (2 * reach)
    for value in values where abs(Double(value)) <= reach {
      bins[min(Self.binCount - 1, max(0, Int((Double(value) + reach) * scale)))] += 1
    }
  }
}

/// What a run's layers looked like before one step.
public struct LayerSnapshot: Sendable, Equatable {
  /// The step that would come next, from 1.
  public var step: Int
  public var layers: [LayerStatistics]
}

/// Which numbers of a run's layers are looked at.
public enum LayerQuantity: Sendable {
  /// What modules without parts give for a batch, in training mode. Near zero: at most 0.05.
  case activations
  /// Gradients of the goal by module. Near zero: at most a hundredth of the root mean square of all
  /// of them.
  case gradients
}

extension Run {
  /// Looks at every layer of the student on the next batches; nothing is changed.
  ///
  /// - Parameter count: How many batches: activations of all of them together, the mean of their
  ///   gradients.
  public func layers(
    _ quantity: LayerQuantity, batches count: Int = 1, check: () throws -> Void = {}
  ) throws -> LayerSnapshot {
    let batches = try upcomingBatches(count)
    guard !batches.isEmpty else { throw Failure(.data, "there is no batch to look at") }
    let found =
      switch quantity {
      case .activations: try activations(batches, check)
      case .gradients: try gradients(batches, check)
      }
    return LayerSnapshot(step: steps + 1, layers: found)
  }

  /// Looks at the layers every so many steps of a training that is put back afterwards.
  ///
  /// - Parameters:
  ///   - count: Steps that are made.
  ///   - batches: How many batches each look takes.
  ///   - check: Looked at between steps; throws to stop.
  public func layers(
    _ quantity: LayerQuantity, ahead count: Int, every: Int, batches: Int = 1,
    check: () throws -> Void = {}, progress: (Int) -> Void = { _ in }
  ) throws -> [LayerSnapshot] {
    try trial { run in
      var result = [try run.layers(quantity, batches: batches, check: check)]
      for step in 1...max(1, count) {
        try check()
        _ = try run.advance()
        if step % max(1, every) == 0 {
          result.append(try run.layers(quantity, batches: batches, check: check))
        }
        progress(step)
      }
      return result
    }
  }

  private func activations(
    _ batches: [Batch], _ check: () throws -> Void
  ) throws -> [LayerStatistics] {
    let leaves = student.network.modules.filter { !$0.path.isEmpty && $0.module.children.isEmpty }
    var values: [String: [Float]] = [:]
    for batch in batches {
      try check()
      let seen = try observe(
        batch, isRecording: false, studentFeatures: Set(leaves.map(\.path)))
      for (path, feature) in seen.studentFeatures { values[path, default: []] += feature.values }
    }
    // Modules that are never run by themselves, such as folded norms, give nothing.
    return leaves.compactMap { leaf in
      values[leaf.path].map { LayerStatistics(leaf.path, $0, threshold: 0.05) }
    }
  }

  private func gradients(
    _ batches: [Batch], _ check: () throws -> Void
  ) throws -> [LayerStatistics] {
    let seen = try observe(batches[0])
    var found = try seen.gradients()
    for batch in batches.dropFirst() {
      try check()
      found = try zip(found, try observe(batch).gradients()).map { try $0 + $1 }
    }
    if batches.count > 1 { found = try found.map { try $0 * (1 / Float(batches.count)) } }
    let count = found.reduce(0) { $0 + $1.count }
    let squares = found.reduce(0) { $0 + $1.squaredNorm }
    let typical = (squares / Double(max(1, count))).squareRoot()
    var layers: [(path: String, values: [Float])] = []
    for ((key, _), gradient) in zip(seen.parameters, found) {
      let path = key.split(separator: ".").dropLast().joined(separator: ".")
      let name = path.isEmpty ? key : path
      if let place = layers.firstIndex(where: { $0.path == name }) {
        layers[place].values += gradient.values
      } else {
        layers.append((name, gradient.values))
      }
    }
    return layers.map { LayerStatistics($0.path, $0.values, threshold: typical / 100) }
  }
}
