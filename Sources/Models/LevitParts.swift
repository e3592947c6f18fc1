import Layers
import Tensors

/// A 3×3 convolution of stride 2 and a batch norm: keys `linear`, `bn`.
final class LevitConvNorm: Module {
  let linear: Conv2d
  let bn: BatchNorm2d

  init(_ inputs: Int, _ outputs: Int) {
    linear = Conv2d(inputs, outputs, kernel: 3, stride: 2, padding: 1, bias: false)
    bn = BatchNorm2d(outputs)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try bn(try linear(x, context), context)
  }
}

/// A dense layer and a batch norm over all tokens: keys `linear`, `bn`.
final class LevitLinearNorm: Module {
  let linear: Linear
  let bn: BatchNorm2d

  /// - Parameter scale: Start of the norm's weight.
  init(_ inputs: Int, _ outputs: Int, scale: Float = 1) {
    linear = Linear(inputs, outputs, bias: false)
    bn = BatchNorm2d(outputs, start: scale)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try bn(try linear(x, context), context)
  }

  /// The layer and the activation behind it.
  func callAsFunction(
    _ x: Tensor, _ context: Context, activation: Activation
  ) throws -> Tensor {
    guard !context.wants(path) else { return try activation(try self(x, context)) }
    return try bn(try linear(x, context), context, activation: activation)
  }
}

/// A batch norm and a dense layer: keys `bn`, `linear`.
final class LevitHead: Module {
  let bn: BatchNorm2d
  let drop: Dropout?
  let linear: Linear

  init(_ inputs: Int, _ shape: NetworkShape) {
    bn = BatchNorm2d(inputs)
    drop = Dropout(rate: shape.drop)
    linear = Linear(inputs, shape.classes, start: .normal(deviation: 0.02))
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try linear(try bn(x, context).dropped(drop, context), context)
  }
}

/// Two dense layers with batch norms and a hard swish between them: keys `ln1`, `ln2`.
final class LevitMlp: Module {
  let ln1: LevitLinearNorm
  let ln2: LevitLinearNorm

  init(_ width: Int) {
    ln1 = LevitLinearNorm(width, 2 * width)
    ln2 = LevitLinearNorm(2 * width, width, scale: 0)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try ln2(try ln1(x, context, activation: .hardSwish), context)
  }
}

/// A hard swish, a dense layer and a batch norm: key `ln`.
final class LevitProjection: Module {
  let ln: LevitLinearNorm

  init(_ inputs: Int, _ outputs: Int, scale: Float = 1) {
    ln = LevitLinearNorm(inputs, outputs, scale: scale)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try ln(x.hardSwish(), context)
  }
}

/// Every second token of every second row, a dense layer and a batch norm: key `ln`.
final class LevitSubsample: Module {
  let ln: LevitLinearNorm
  private let grid: Int

  init(_ inputs: Int, _ outputs: Int, grid: Int) {
    ln = LevitLinearNorm(inputs, outputs)
    self.grid = grid
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let (samples, width) = (x.shape[0], x.shape[2])
    let map = try x.reshaped([samples, grid, grid, width])
    // A window of one pixel at stride 2 is the pixel itself.
    let thinned = try averagePool(map, kernel: 1, stride: 2)
    return try ln(thinned.reshaped([samples, -1, width]), context)
  }
}

/// Self-attention with a learned bias per head and distance: keys `attention_biases`, `qkv`, `proj`.
final class LevitAttention: Module {
  let attentionBiases: Parameter
  let qkv: LevitLinearNorm
  let proj: LevitProjection
  private let packing: AttentionPacking
  private let distances: LevitDistances

  init(_ width: Int, keyWidth: Int, heads: Int, grid: Int) {
    let valueWidth = 2 * keyWidth
    attentionBiases = Parameter([heads, grid * grid], decays: false)
    qkv = LevitLinearNorm(width, heads * (2 * keyWidth + valueWidth))
    proj = LevitProjection(heads * valueWidth, width, scale: 0)
    packing = .byHead(heads: heads, keyWidth: keyWidth, valueWidth: valueWidth)
    distances = LevitDistances(grid: grid, stride: 1)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let mixed = try attention(
      [qkv(x, context)], packing, scale: packing.usualScale,
      bias: distances.bias(context(attentionBiases)))
    return try proj(mixed, context)
  }
}

/// Attention of a quarter of the tokens over all of them: keys `attention_biases`, `kv`, `q`, `proj`.
final class LevitDownsampleAttention: Module {
  let attentionBiases: Parameter
  let kv: LevitLinearNorm
  let q: LevitSubsample
  let proj: LevitProjection
  private let packing: AttentionPacking
  private let distances: LevitDistances

  init(_ inputs: Int, _ outputs: Int, keyWidth: Int, heads: Int, grid: Int) {
    let valueWidth = 4 * keyWidth
    attentionBiases = Parameter([heads, grid * grid], decays: false)
    kv = LevitLinearNorm(inputs, heads * (keyWidth + valueWidth))
    q = LevitSubsample(inputs, heads * keyWidth, grid: grid)
    proj = LevitProjection(heads * valueWidth, outputs)
    packing = .queryThenKeyValueByHead(heads: heads, keyWidth: keyWidth, valueWidth: valueWidth)
    distances = LevitDistances(grid: grid, stride: 2)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let pairs = try kv(x, context)
    let mixed = try attention(
      [q(x, context), pairs], packing, scale: packing.usualScale,
      bias: distances.bias(context(attentionBiases)))
    return try proj(mixed, context)
  }
}

extension AttentionPacking {
  /// 1/√d, d the width of a head's keys.
  var usualScale: Float { 1 / Float(key.width).squareRoot() }
}

/// Which bias belongs to a query and a key: that of |Δrow|·grid + |Δcolumn|.
struct LevitDistances {
  private let index: Labels
  private let queries: Int

  /// - Parameter stride: Of the queries; every token is a key.
  init(grid: Int, stride: Int) {
    let side = Array(Swift.stride(from: 0, to: grid, by: stride))
    var places: [Int32] = []
    places.reserveCapacity(side.count * side.count * grid * grid)
    for queryRow in side {
      for queryColumn in side {
        for row in 0..<grid {
          for column in 0..<grid {
            places.append(Int32(abs(queryRow - row) * grid + abs(queryColumn - column)))
          }
        }
      }
    }
    index = Labels(places)
    queries = side.count * side.count
  }

  /// [heads, distances] → [heads, queries, keys].
  func bias(_ table: Tensor) throws -> Tensor {
    let (heads, keys) = (table.shape[0], table.shape[1])
    return try table.transposed().gathered(index).transposed()
      .reshaped([heads, queries, keys])
  }
}
