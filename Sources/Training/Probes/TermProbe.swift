import Catalog
import Datasets
import Losses
import Models
import Tensors

/// What the terms of a run's goal do to its student: values, gradients, and how these agree.
public struct TermProbe: Sendable, Equatable {
  /// One term of the goal.
  public struct Term: Sendable, Equatable {
    public var name: String
    public var weight: Double
    /// Before its weight, mean over the batches.
    public var value: Double
    /// |weight·value| among the sum of these over all terms.
    public var share: Double
    /// ‖weight·∇value‖ over all parameters.
    public var norm: Double
    /// The same by layer group.
    public var groupNorms: [Double]
    /// Cosine of its weighted gradient to that of every term, in their order; nil where one is zero.
    public var cosines: [Double?]
  }

  public var terms: [Term]
  /// Parts of the network: the first words of its keys.
  public var groups: [String]
  /// ‖∇total‖ over all parameters, and by group.
  public var norm: Double
  public var groupNorms: [Double]
  /// ‖θ‖ by group.
  public var weightNorms: [Double]
  /// The weighted sum.
  public var loss: Double
  public var batches: Int
  /// The step that would come next.
  public var step: Int
}

extension Run {
  /// Looks at the terms of the goal on the next batches; nothing is changed.
  ///
  /// Gradients are means over the batches, so that noise of single batches cancels.
  ///
  /// - Parameter check: Looked at between batches; throws to stop.
  public func probe(batches count: Int = 1, check: () throws -> Void = {}) throws -> TermProbe {
    var values: [Double] = []
    var sums: [[Tensor]] = []
    var last: Observation?
    let batches = try upcomingBatches(max(1, count))
    for batch in batches {
      try check()
      let seen = try observe(batch)
      let found = try seen.terms.indices.map { index in
        try seen.gradients(ofTerm: index).map { try $0 * Float(seen.terms[index].weight) }
      }
      let own = seen.terms.map { Double($0.value.scalar) }
      values = values.isEmpty ? own : zip(values, own).map { $0 + $1 }
      sums =
        try sums.isEmpty ? found : zip(sums, found).map { try zip($0, $1).map { try $0 + $1 } }
      last = seen
    }
    guard let last else { throw Failure(.data, "there is no batch to look at") }
    let n = Double(batches.count)
    let gradients = try sums.map { try $0.map { try $0 * Float(1 / n) } }
    return try summary(last, values.map { $0 / n }, gradients, batches.count)
  }

  private func summary(
    _ seen: Observation, _ values: [Double], _ gradients: [[Tensor]], _ batches: Int
  ) throws -> TermProbe {
    let groups = LayerGroups(seen.parameters.map(\.key))
    let norms = gradients.map { $0.reduce(0) { $0 + $1.squaredNorm }.squareRoot() }
    let weighted = zip(seen.terms, values).map { $0.weight * $1 }
    let all = weighted.reduce(0) { $0 + abs($1) }
    var total = gradients[0]
    for other in gradients.dropFirst() { total = try zip(total, other).map { try $0 + $1 } }
    let terms = try seen.terms.indices.map { index in
      TermProbe.Term(
        name: seen.terms[index].name, weight: seen.terms[index].weight, value: values[index],
        share: all > 0 ? abs(weighted[index]) / all : 0, norm: norms[index],
        groupNorms: groups.norms(gradients[index]),
        cosines: try gradients.indices.map { other in
          guard norms[index] > 0, norms[other] > 0 else { return nil }
          if other == index { return 1 }
          let product = try zip(gradients[index], gradients[other]).reduce(0) { sum, pair in
            sum + (try pair.0.dot(pair.1))
          }
          return max(-1, min(1, product / (norms[index] * norms[other])))
        })
    }
    let groupNorms = groups.norms(total)
    return TermProbe(
      terms: terms, groups: groups.names,
      norm: groupNorms.reduce(0) { $0 + $1 * $1 }.squareRoot(), groupNorms: groupNorms,
      weightNorms: groups.norms(seen.parameters.map(\.parameter.value)),
      loss: weighted.reduce(0, +), batches: batches, step: steps + 1)
  }
}
