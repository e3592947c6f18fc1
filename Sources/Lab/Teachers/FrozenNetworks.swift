import Graphs
import Layers
import Models
import Tensors

/// Networks that commands have run lately, with their plans: planning takes longer than a picture.
struct FrozenNetworks {
  private var recent: [(model: Model, network: FrozenNetwork)] = []
  private static let most = 4

  /// The model's network, planned.
  mutating func network(of model: Model) -> FrozenNetwork {
    let known = recent.firstIndex { $0.model === model }
    let entry = known.map { recent.remove(at: $0) } ?? (model, FrozenNetwork(model.network))
    recent = [entry] + recent.prefix(FrozenNetworks.most - 1)
    return entry.1
  }
}

extension Session {
  /// Logits of images that are as the model wants them, N H W C to N K.
  ///
  /// - Parameter folded: Whether the planned network computes, with batch norms folded into
  ///   convolutions, or the network as it is written.
  func logits(of model: Model, _ images: Tensor, folded: Bool) throws -> Tensor {
    folded
      ? try frozenNetworks.network(of: model)(images) : try model(images, .evaluation)
  }
}
