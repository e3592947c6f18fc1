public import Tensors

/// A graph made ready for batches of whatever sizes come; weights are packed once for all of them.
public final class PlannedGraph {
  /// What is computed, after all passes.
  public let graph: Graph
  private let weights: PackedWeights
  /// By batch size, the last used one at the end.
  private var plans: [Plan] = []

  /// Batch sizes that are kept ready: a training's own, its last one, an evaluation's.
  private static let most = 4

  /// Simplifies the graph; planning itself waits for the first batch.
  public init(_ graph: Graph) throws {
    self.graph = try graph.optimised()
    weights = PackedWeights(self.graph)
  }

  /// One tensor an output, for one tensor an input.
  public func callAsFunction(_ arguments: [Tensor]) throws -> [Tensor] {
    try plan(batch: graph.batch(of: arguments))(arguments)
  }

  /// The plan for a batch size.
  public func plan(batch: Int) -> Plan {
    if let index = plans.firstIndex(where: { $0.batch == batch }) {
      plans.append(plans.remove(at: index))
      return plans[plans.count - 1]
    }
    if plans.count == Self.most { plans.removeFirst() }
    let plan = Plan(graph, batch: batch, weights: weights)
    plans.append(plan)
    return plan
  }

  /// Bytes of the weights as the kernels want them.
  public var packedBytes: Int { 4 * weights.count }
}
