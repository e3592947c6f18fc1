public import Datasets
public import Graphs
public import Models
public import Tensors

/// A teacher as it is run: traced, folded and planned once, in evaluation mode.
public final class FrozenTeacher {
  public let model: Model
  public let network: FrozenNetwork

  /// - Parameter features: Paths of modules whose results are wanted beside the logits.
  public init(_ model: Model, features: [String] = []) {
    self.model = model
    network = FrozenNetwork(model.network, features: features)
  }

  /// Logits of images that were normalised for a data set's student.
  public func logits(_ images: Tensor, from data: Dataset) throws -> Tensor {
    try run(images, from: data).output
  }

  /// Logits and features of images that were normalised for a data set's student:
  /// x_T = (x·std_S + mean_S − mean_T)/std_T.
  public func run(_ images: Tensor, from data: Dataset) throws -> FrozenNetwork.Result {
    try network.run(try renormalised(images, for: model, from: data))
  }
}

extension Run {
  /// The run's teacher, planned once for all steps; nil without a teacher.
  ///
  /// Which features are wanted decides what is fused, and so the last bits; that is why there is a
  /// plan for each choice of them.
  ///
  /// - Parameter features: Paths of its modules whose results are wanted beside the logits.
  public func frozenTeacher(features: [String] = []) -> FrozenTeacher? {
    guard let teacher else { return nil }
    let place = frozen.firstIndex { $0.model === teacher && $0.network.features == features }
    if place == 0 { return frozen[0] }
    let found = place.map { frozen.remove(at: $0) } ?? FrozenTeacher(teacher, features: features)
    frozen.insert(found, at: 0)
    frozen.removeLast(max(0, frozen.count - 3))
    return found
  }

  /// What the teacher says of a batch: the one place where steps, probes and analyses ask it.
  ///
  /// The batch says which samples it holds and what their augmentation was drawn from, so results
  /// that were kept can stand in for it.
  ///
  /// - Returns: Logits and features by path; nil without a teacher.
  public func teacherResults(
    for batch: Batch, features: [String] = []
  ) throws -> FrozenNetwork.Result? {
    if features.isEmpty, let kept = try keptLogits(of: batch) {
      return FrozenNetwork.Result(output: kept, features: [:])
    }
    return try frozenTeacher(features: features)?.run(batch.images, from: data)
  }

  /// The teacher as the run's goal looks at it.
  func goalTeacher() throws -> FrozenTeacher? {
    frozenTeacher(features: try featurePlan().teacher)
  }
}
