import Tensors

extension Tensor {
  /// One row of numbers a sample, N D: a map or tokens laid out in a line.
  func sampleRows() throws -> Tensor {
    guard let samples = shape.first else { throw ShapeError("features have no axis of samples") }
    return try reshaped([samples, samples == 0 ? 0 : count / samples])
  }

  /// The mean over all positions, N D: of a map N H W D or of tokens N T D.
  func pooledRows() throws -> Tensor {
    rank > 2 ? try mean(axes: Array(1..<rank - 1)) : self
  }

  /// Rows of length 1: x/√(‖x‖² + 1e-12) along the last axis.
  ///
  /// PyTorch divides by max(‖x‖, 1e-12): the same to single precision, but for rows near zero, whose
  /// gradient here stays below 1e6.
  func unitRows() throws -> Tensor {
    try self * (square().sum(axes: [-1], keepingAxes: true) + 1e-12).reciprocalSquareRoot()
  }
}

/// Throws unless both networks' features are of the same samples.
func checkSamples(_ student: Tensor, _ teacher: Tensor, for loss: String) throws {
  guard student.shape.first == teacher.shape.first else {
    throw ShapeError(
      "'\(loss)' compares the same samples: student \(shapeText(student.shape)), "
        + "teacher \(shapeText(teacher.shape))")
  }
}

/// Huber's loss with bound 1 of every number: x²/2 where |x| < 1, |x| − ½ elsewhere.
func smoothL1(_ x: Tensor) throws -> Tensor {
  let bounded = x.clamped(-1, 1)
  return try bounded * (x - bounded * 0.5)
}
