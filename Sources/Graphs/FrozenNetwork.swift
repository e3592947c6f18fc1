public import Catalog
public import Layers
public import Tensors

/// A network that is only run, in evaluation mode: traced, batch norms folded, sums and activations
/// made part of products, weights packed and memory planned once.
///
/// It computes with the weights as they were when it was planned, and plans anew when they have
/// changed. The plan is a function of the weights and the shapes, so the same images give the same
/// bits, with any number of threads. A network that cannot be traced runs plainly.
public final class FrozenNetwork {
  /// A plan's result for one batch.
  public struct Result {
    public var output: Tensor
    /// What the modules asked for gave, by path.
    public var features: [String: Tensor]

    public init(output: Tensor, features: [String: Tensor]) {
      self.output = output
      self.features = features
    }
  }

  private let network: Module
  /// Modules whose results are wanted, too.
  public let features: [String]
  private let state: [StateEntry]
  /// The weights that the plans were made with.
  private var planned: [Tensor] = []
  private var graphs: [[Int]: PlannedGraph] = [:]
  /// Why the network runs plainly; nil while it does not.
  public private(set) var obstacle: Failure?
  /// The largest difference that folding made on the check batches so far, as a share of the largest
  /// number of the plain result.
  public private(set) var foldingDifference: Float = 0

  /// A difference that rounding does not make.
  private static let tolerance: Float = 1e-3

  /// - Parameter features: Paths of modules whose results are wanted beside the network's.
  public init(_ network: Module, features: [String] = []) {
    self.network = network
    self.features = features
    state = network.state.map(\.entry)
  }

  /// Images N H W C to what the network gives.
  public func callAsFunction(_ images: Tensor) throws -> Tensor { try run(images).output }

  /// Images N H W C to what the network gives and the features asked for.
  public func run(_ images: Tensor) throws -> Result {
    forgetOldWeights()
    guard !ConvolutionArithmetic.isExact, obstacle == nil, images.rank > 1 else {
      return try plainly(images)
    }
    do {
      let graph = try plannedGraph(image: Array(images.shape.dropFirst()))
      let results = try graph([images])
      return Result(
        output: results[0],
        features: Dictionary(
          zip(features, results.dropFirst()), uniquingKeysWith: { first, _ in first }))
    } catch let failure as Failure where failure.kind == .value {
      obstacle = failure
      return try plainly(images)
    }
  }

  private func plainly(_ images: Tensor) throws -> Result {
    let context = Context(features: Set(features))
    return Result(output: try network(images, context), features: context.features)
  }

  /// The planned graph for images of one size, made at the first call.
  ///
  /// - Parameter image: Height, width and channels.
  /// - Throws: `Failure` where the network cannot be traced, or the plan does not give what the
  ///   network gives.
  public func plannedGraph(image: [Int]) throws -> PlannedGraph {
    forgetOldWeights()
    if let known = graphs[image] { return known }
    var traced = try Graph(tracing: network, image: image)
    for path in features {
      guard let value = traced.modules[path] else {
        throw Failure(.name, "the network has no module '\(path)' whose result can be taken")
      }
      traced.outputs.append(Graph.Port(path, value))
    }
    let graph = try PlannedGraph(traced)
    try compare(graph, traced.check)
    graphs[image] = graph
    return graph
  }

  /// Holds the plan against what the network gave while it was traced.
  private func compare(_ graph: PlannedGraph, _ check: Graph.Check?) throws {
    guard let check, let expected = check.outputs.first?.values else { return }
    let found = try graph(check.inputs)[0].values
    let largest = expected.reduce(0) { max($0, abs($1)) }
    // A network that gives no numbers cannot be compared.
    guard largest.isFinite, largest > 0, expected.allSatisfy(\.isFinite) else { return }
    let difference = zip(expected, found).reduce(Float(0)) { worst, pair in
      let own = abs(pair.0 - pair.1)
      return own.isNaN ? .infinity : max(worst, own)
    }
    foldingDifference = max(foldingDifference, difference / largest)
    guard difference <= Self.tolerance * largest else {
      throw Failure(
        .value,
        "the planned network differs from the plain one by \(difference) of \(largest): it "
          + "computes something that no operation tells")
    }
  }

  /// Whether the plans are those of the network's present weights.
  public var isCurrent: Bool {
    planned.count == state.count
      && zip(state, planned).allSatisfy { entry, tensor in
        entry.tensor.sharesStorage(with: tensor)
      }
  }

  // Weights that have been planned are held here, so a change of them anywhere copies them first:
  // sharing memory means being equal.
  private func forgetOldWeights() {
    guard !isCurrent else { return }
    planned = state.map(\.tensor)
    graphs = [:]
    obstacle = nil
    foldingDifference = 0
  }
}

extension StateEntry {
  var tensor: Tensor {
    switch self {
    case .parameter(let parameter): parameter.value
    case .buffer(let buffer): buffer.value
    }
  }

  var shape: [Int] {
    switch self {
    case .parameter(let parameter): parameter.shape
    case .buffer(let buffer): buffer.value.shape
    }
  }
}
