import Datasets
import Tensors

extension Labels {
  /// The label that is left out where these are logits of pixels; nil where each sample has one
  /// class.
  static func ignored(by logits: Tensor) -> Int32? {
    logits.rank > 2 ? Int32(Mask.ignored) : nil
  }

  /// Labels N H W on a coarser or finer grid: that of the pixel under each place's middle.
  func resampled(to shape: [Int]) -> Labels {
    guard self.shape != shape, self.shape.count == 3, shape.count == 3, self.shape[0] == shape[0],
      self.shape[1] > 0, self.shape[2] > 0
    else { return self }
    let (height, width) = (self.shape[1], self.shape[2])
    var found: [Int32] = []
    found.reserveCapacity(shape.elementCount)
    for sample in 0..<shape[0] {
      for y in 0..<shape[1] {
        let row = (sample * height + (2 * y + 1) * height / (2 * shape[1])) * width
        for x in 0..<shape[2] { found.append(values[row + (2 * x + 1) * width / (2 * shape[2])]) }
      }
    }
    return (try? Labels(found, shape)) ?? self
  }
}

/// The share of samples, or of pixels with a label, that were predicted rightly.
///
/// Logits of segmentations may be coarser than their labels; the label in the middle counts.
func share(_ predicted: Labels, _ labels: Labels, ignoring ignored: Int32?) -> Double {
  share(predicted, labels.resampled(to: predicted.shape), where: labels, ignoring: ignored)
}

/// The share of samples, or of pixels with a label, where two predictions agree.
func share(
  _ a: Labels, _ b: Labels, where labels: Labels, ignoring ignored: Int32?
) -> Double {
  let b = b.resampled(to: a.shape)
  guard a.count == b.count else { return 0 }
  guard let ignored else {
    let right = zip(a.values, b.values).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
    return a.count == 0 ? 0 : Double(right) / Double(a.count)
  }
  let labels = labels.resampled(to: a.shape)
  guard labels.count == a.count else { return 0 }
  var (right, counted) = (0, 0)
  for (index, label) in labels.values.enumerated() where label != ignored {
    counted += 1
    right += a.values[index] == b.values[index] ? 1 : 0
  }
  return counted == 0 ? 0 : Double(right) / Double(counted)
}
