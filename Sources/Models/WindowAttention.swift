import Layers
import Tensors

/// Self-attention within windows of an image N H W C, with a learned bias per head and displacement.
///
/// Keys `relative_position_bias_table`, `qkv`, `proj`, as timm's `WindowAttention`.
final class WindowAttention: Module {
  let relativePositionBiasTable: Parameter
  let qkv: Linear
  let proj: Linear
  private let windows: Windows
  private let heads: Int
  private let scale: Float

  init(_ width: Int, heads: Int, windows: Windows) {
    self.windows = windows
    self.heads = heads
    scale = 1 / Float(width / heads).squareRoot()
    let reach = 2 * windows.side - 1
    relativePositionBiasTable = Parameter([reach * reach, heads], start: Swin.start, decays: false)
    qkv = Linear(width, 3 * width, start: Swin.start)
    proj = Linear(width, width, start: Swin.start)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let tokens = try windows.split(x)
    let mixed = try attention(
      qkv: qkv(tokens, context), heads: heads, scale: scale,
      bias: bias(context(relativePositionBiasTable)))
    return try windows.joined(try proj(mixed, context))
  }

  /// [heads, area, area], or with a mask [windows, heads, area, area].
  private func bias(_ table: Tensor) throws -> Tensor {
    let area = windows.side * windows.side
    let bias = try table.gathered(windows.displacements).transposed()
      .reshaped([heads, area, area])
    return try windows.mask.map { try bias + $0 } ?? bias
  }

  override var details: String {
    "\(qkv.inputs), \(heads) heads, windows of \(windows.side)×\(windows.side)"
  }
}

/// A square image cut into square windows, after it was moved up and to the left by half a window
/// where they are shifted; where windows reach over the edge zeros fill them up.
struct Windows {
  /// Tokens along a side of the image.
  let grid: Int
  /// Tokens along a side of a window.
  let side: Int
  let shift: Int
  /// Windows along a side of the image.
  private let count: Int
  /// Which entry of the bias table belongs to a pair of tokens of a window.
  let displacements: Labels
  /// 0 where two tokens of a window were neighbours before the shift too, −100 where not:
  /// [windows, 1, area, area]; nil without a shift.
  let mask: Tensor?

  /// - Parameter side: Of a window; an image that is smaller is one window, and not shifted.
  init(grid: Int, side: Int, isShifted: Bool) {
    self.grid = grid
    self.side = min(grid, side)
    shift = isShifted && grid > side ? side / 2 : 0
    count = (grid + self.side - 1) / self.side
    displacements = Windows.displacements(self.side)
    mask = shift > 0 ? Windows.mask(side: self.side, count: count, shift: shift) : nil
  }

  /// N H W C → N·windows area C.
  func split(_ x: Tensor) throws -> Tensor {
    guard x.rank == 4, x.shape[1] == grid, x.shape[2] == grid else {
      throw ShapeError("needs \(grid)×\(grid) tokens, got a tensor \(shapeText(x.shape))")
    }
    let over = count * side - grid
    let (samples, channels) = (x.shape[0], x.shape[3])
    return try x.rolled(by: shift).padded(axis: 1, before: 0, after: over)
      .padded(axis: 2, before: 0, after: over)
      .reshaped([samples, count, side, count, side, channels])
      .transposed([0, 1, 3, 2, 4, 5])
      .reshaped([samples * count * count, side * side, channels])
  }

  /// N·windows area C → N H W C: undoes `split`.
  func joined(_ x: Tensor) throws -> Tensor {
    let channels = x.shape[2]
    return try x.reshaped([-1, count, count, side, side, channels])
      .transposed([0, 1, 3, 2, 4, 5])
      .reshaped([-1, count * side, count * side, channels])
      .slice(0..<grid, axis: 1).slice(0..<grid, axis: 2)
      .rolled(by: grid - shift)
  }

  /// Entry (Δrow + side − 1)·(2·side − 1) + Δcolumn + side − 1 for every pair.
  private static func displacements(_ side: Int) -> Labels {
    var places: [Int32] = []
    places.reserveCapacity(side * side * side * side)
    for first in 0..<(side * side) {
      for second in 0..<(side * side) {
        let down = first / side - second / side + side - 1
        let right = first % side - second % side + side - 1
        places.append(Int32(down * (2 * side - 1) + right))
      }
    }
    return Labels(places)
  }

  private static func mask(side: Int, count: Int, shift: Int) -> Tensor {
    let full = count * side
    /// Rows of the moved image that were neighbours before: all but the last window's, its part
    /// that was not moved around the edge, and the part that was.
    func region(_ place: Int) -> Int { place < full - side ? 0 : place < full - shift ? 1 : 2 }
    let area = side * side
    var mask = Tensor(zeros: [count * count, 1, area, area])
    mask.mutate { target in
      for window in 0..<(count * count) {
        let labels = (0..<area).map { token in
          3 * region(window / count * side + token / side)
            + region(window % count * side + token % side)
        }
        for first in 0..<area {
          for second in 0..<area where labels[first] != labels[second] {
            target[(window * area + first) * area + second] = -100
          }
        }
      }
    }
    return mask
  }
}

extension Tensor {
  /// An image N H W C moved up and to the left; what leaves it comes in at the other side.
  fileprivate func rolled(by distance: Int) throws -> Tensor {
    guard distance % shape[1] != 0 else { return self }
    return try [1, 2].reduce(self) { image, axis in
      try Tensor.concatenated(
        [
          image.slice(distance..<image.shape[axis], axis: axis),
          image.slice(0..<distance, axis: axis),
        ], along: axis)
    }
  }
}
