import Tensors

/// Rows of logits seen from their class: the class against all others, and the others among
/// themselves.
struct TargetSplit {
  /// The logit of the class: R 1.
  let target: Tensor
  /// The other logits: R (K − 1).
  let others: Tensor

  /// - Parameters:
  ///   - logits: R K, or any axes in front of K.
  ///   - labels: One a row.
  init(_ logits: Tensor, _ labels: Labels, for loss: String) throws {
    guard let classes = logits.shape.last, classes > 1 else {
      throw ShapeError("'\(loss)' needs at least 2 classes, got logits \(shapeText(logits.shape))")
    }
    target = try logits.picked(labels).reshaped([-1, 1])
    var places: [Int32] = []
    places.reserveCapacity(labels.count * (classes - 1))
    for (row, label) in labels.values.enumerated() {
      for column in 0..<classes where column != Int(label) {
        places.append(Int32(row * classes + column))
      }
    }
    others = try logits.reshaped([logits.count]).gathered(
      Labels(places, [labels.count, classes - 1]))
  }

  /// Two logits a row, R 2, whose softmax is (p, 1 − p) with p the class's softened probability.
  func pair(temperature: Float) throws -> Tensor {
    let scale = 1 / temperature
    return try Tensor.concatenated(
      [try target * scale, try (others * scale).logSumExp()], along: 1)
  }
}

extension Tensor {
  /// ln Σ e^x along the last axis, which stays with size 1.
  fileprivate func logSumExp() throws -> Tensor {
    let top = try detached.max(axes: [-1], keepingAxes: true)
    return try (self - top).exp().sum(axes: [-1], keepingAxes: true).log() + top
  }
}
