import Layers
import Tensors

/// A network whose stages' maps a segmentation network builds on.
protocol Backbone: Module {
  /// Channels of the stages' outputs.
  var mapChannels: [Int] { get }
  /// The outputs of the stages, N H W C.
  func featureMaps(_ x: Tensor, _ context: Context) throws -> [Tensor]
}

extension ResNet: Backbone {}
extension CifarResNet: Backbone {}
