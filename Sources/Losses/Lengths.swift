import Tensors

extension Tensor {
  /// √x of numbers that are not negative, with slope 0 at 0 instead of an infinite one.
  func rootOrZero() throws -> Tensor {
    let mask = step()
    return try (self * mask + (1 - mask)).squareRoot() * mask
  }

  /// ‖x‖₂ over the axes; its slope at 0 is 0.
  func length(axes: [Int], keepingAxes: Bool = false) throws -> Tensor {
    try square().sum(axes: axes, keepingAxes: keepingAxes).rootOrZero()
  }

  /// x/max(‖x‖₂, 10⁻¹²) over the axes; rows are `unitRows`.
  func normalised(axes: [Int]) throws -> Tensor {
    try self / length(axes: axes, keepingAxes: true).clamped(1e-12, .infinity)
  }
}
