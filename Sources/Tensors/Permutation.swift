import CKernels

extension Tensor {
  /// The axes in another order, off the tape: result.shape[i] = shape[axes[i]].
  func permuted(_ axes: [Int]) -> Tensor {
    let strides = rowStrides(shape)
    return copied(sizes: axes.map { shape[$0] }, strides: axes.map { strides[$0] })
  }

  /// Adds another tensor of the same shape.
  mutating func accumulate(_ other: Tensor, inPlace: Bool) throws {
    guard inPlace else {
      self = try self + other
      return
    }
    let count = self.count
    other.read { source in
      mutate { target in
        parallelFor(count, chunk: 1 << 15) { low, high in
          ak_axpy(1, source, target, low, high)
        }
      }
    }
  }
}
