public import Tensors

/// Modules one after the other; their keys are 0, 1, 2, ….
public final class Sequential: Module {
  public let parts: [Module]

  public init(_ parts: [Module]) { self.parts = parts }

  public convenience init(_ parts: Module...) { self.init(parts) }

  public override var listedChildren: [(key: String, module: Module)]? {
    parts.enumerated().map { ("\($0.offset)", $0.element) }
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try parts.reduce(x) { try $1($0, context) }
  }
}

/// N H W C or N T D as rows of numbers [N, …], in PyTorch's order of channels first, so that the
/// dense layer behind it reads a PyTorch checkpoint.
public final class Flatten: Module {
  public override init() {}

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard let first = x.shape.first else { throw ShapeError("has no batch axis to keep") }
    let isImage = x.rank == 4 && x.shape[1] * x.shape[2] > 1 && x.shape[3] > 1
    let ordered = isImage ? try x.transposed([0, 3, 1, 2]) : x
    return try ordered.reshaped([first, first == 0 ? 0 : x.count / first])
  }
}

/// An activation as a part of a `Sequential`.
public final class Activate: Module {
  public let activation: Activation

  public init(_ activation: Activation) { self.activation = activation }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try activation(x)
  }

  public override var kindName: String { activation.name }
}
