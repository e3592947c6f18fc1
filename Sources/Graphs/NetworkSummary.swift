public import Layers
import Tensors

/// What a network is made of and what it costs, layer by layer, for images of one size.
public struct NetworkSummary {
  /// A module that computes something or owns parameters.
  public struct Layer: Equatable, Sendable {
    /// Empty for the network itself.
    public var path: String
    /// The class's name as PyTorch users know it.
    public var kind: String
    public var details: String
    /// The result's shape for one image, without the batch axis.
    public var output: [Int]
    /// Trainable numbers of its own that no layer above has counted.
    public var parameters: Int
    /// Multiply–accumulates of its own for one image.
    public var multiplications: Int
  }

  public var layers: [Layer] = []
  /// Trainable numbers, shared ones counted once.
  public var parameters: Int
  /// Multiply–accumulates for one image.
  public var multiplications = 0
  /// Bytes of all parameters and running statistics.
  public var weightBytes: Int
  /// Bytes of what the operations of one image give: about what training keeps of it for the gradient.
  public var activationBytes = 0
  /// Bytes that the planned network needs at a time for a batch, beside its weights.
  public private(set) var plannedBytes = 0
  /// Bytes of the weights as the planned network keeps them.
  public private(set) var packedBytes = 0

  /// - Parameters:
  ///   - image: Height, width and channels.
  ///   - batch: Images that the planned network's memory is told for.
  /// - Throws: `Failure` where the network cannot be traced; `ShapeError` of the network.
  public init(_ network: Module, image: [Int], batch: Int = 1) throws {
    let graph = try Graph(tracing: network, image: image)
    parameters = network.parameterCount
    weightBytes = 4 * network.state.reduce(0) { $0 + $1.entry.shape.elementCount }
    multiplications = graph.multiplications(batch: 1)
    activationBytes = 4 * graph.activationCount(batch: 1)
    let planned = try PlannedGraph(graph)
    plannedBytes = planned.plan(batch: batch).workingBytes
    packedBytes = planned.packedBytes
    try collectLayers(network, image: image, graph)
  }

  private mutating func collectLayers(
    _ network: Module, image: [Int], _ graph: Graph
  ) throws {
    var costs: [String: Int] = [:]
    for operation in graph.operations {
      costs[operation.path, default: 0] += graph.multiplications(operation, batch: 1)
    }
    var layers: [Layer] = []
    var counted: Set<ObjectIdentifier> = []
    let context = Context()
    context.observer = { module, _, output in
      var own = 0
      for case (_, .parameter(let parameter)) in module.ownState
      where counted.insert(ObjectIdentifier(parameter)).inserted {
        own += parameter.shape.elementCount
      }
      // A module that runs again costs again, but the trace tells all of it at once.
      let cost = costs.removeValue(forKey: module.path) ?? 0
      guard module.children.isEmpty || own > 0 || cost > 0 else { return }
      layers.append(
        Layer(
          path: module.path, kind: module.kindName, details: module.details,
          output: Array(output.shape.dropFirst()), parameters: own, multiplications: cost))
    }
    _ = try network(Tensor(zeros: [1] + image), context)
    self.layers = layers
  }
}
