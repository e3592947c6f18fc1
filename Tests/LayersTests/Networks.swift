import Layers
import Tensors

/// A small network with every naming rule: arrays, optionals, nested and renamed properties,
/// a counter, an unused part.
final class Tower: Module {
  let firstConv: Conv2d
  let bn1: BatchNorm2d
  let blocks: [Block]
  let headNorm: BatchNorm2d?
  let missing: Linear?
  let odd: Linear
  let scale = Parameter([4], start: .constant(1))
  let sharedScale: Parameter
  let label = "not a part"

  override init() {
    firstConv = Conv2d(3, 4, kernel: 3, padding: 1, bias: false)
    bn1 = BatchNorm2d(4)
    blocks = [Block(4), Block(4)]
    headNorm = BatchNorm2d(4)
    missing = nil
    odd = Linear(4, 2)
    sharedScale = scale
  }

  override var keys: [String: String] { ["odd": "classifierHead"] }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try bn1(try firstConv(x, context), context, activation: .relu)
    for block in blocks { y = try block(y, context) }
    y = try headNorm.map { try $0(y, context) } ?? y
    y = try y * context(scale)
    return try odd(try globalAveragePool(y), context)
  }
}

/// Two dense convolutions in a row with a shortcut.
final class Block: Module {
  let body: Sequential

  init(_ channels: Int) {
    body = Sequential(
      Conv2d(channels, channels, kernel: 3, padding: 1), Activate(.relu), Dropout(0.5))
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try body(x, context) + x
  }
}
