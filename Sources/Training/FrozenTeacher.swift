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
  /// - Parameter features: Paths of its modules whose results are wanted beside the logits.
  public func frozenTeacher(features: [String] = []) -> FrozenTeacher? {
    guard let teacher else { return nil }
    if let frozen, frozen.model === teacher, frozen.network.features == features { return frozen }
    let new = FrozenTeacher(teacher, features: features)
    frozen = new
    return new
  }
}
