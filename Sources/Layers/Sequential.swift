public import Tensors

/// Modules one after the other; their keys are 0, 1, 2, … unless they are named.
public final class Sequential: Module {
  public let parts: [Module]
  private let names: [String]

  public init(_ parts: [Module]) {
    self.parts = parts
    names = parts.indices.map { "\($0)" }
  }

  public init(named parts: [(key: String, module: Module)]) {
    self.parts = parts.map(\.module)
    names = parts.map(\.key)
  }

  public convenience init(_ parts: Module...) { self.init(parts) }

  public override var listedChildren: [(key: String, module: Module)]? {
    zip(names, parts).map { ($0, $1) }
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try run(parts[...], x, context)
  }

  /// The parts, a sum with a residual and an activation: in one pass over memory with the norm that
  /// is the last part, if it is one and nobody asks for what lies between.
  public func callAsFunction(
    _ x: Tensor, _ context: Context, residual: Tensor? = nil, activation: Activation
  ) throws -> Tensor {
    guard let norm = parts.last as? BatchNorm2d, !context.wants(path) else {
      var y = try self(x, context)
      if let residual { y = try y + residual }
      return try activation(y)
    }
    let y = try run(parts.dropLast(), x, context)
    return try norm(y, context, residual: residual, activation: activation)
  }

  /// Part after part, a norm together with the activation behind it.
  private func run(
    _ parts: ArraySlice<Module>, _ x: Tensor, _ context: Context
  ) throws -> Tensor {
    var (y, rest) = (x, parts)
    while let part = rest.popFirst() {
      if let norm = part as? BatchNorm2d, let next = rest.first as? Activate {
        rest.removeFirst()
        y = try next(norm, y, context)
      } else {
        y = try part(y, context)
      }
    }
    return y
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

/// An activation as a part of its own.
public final class Activate: Module {
  public let activation: Activation

  public init(_ activation: Activation) { self.activation = activation }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try activation(x)
  }

  /// The activation of a norm's output, in one pass over memory unless that output is asked for.
  public func callAsFunction(
    _ norm: BatchNorm2d, _ x: Tensor, _ context: Context
  ) throws -> Tensor {
    if context.wants(norm.path) { return try self(try norm(x, context), context) }
    return try run([x], context) { try norm(x, context, activation: activation) }
  }

  /// The activation of a sequence's output, together with the norm at its end.
  public func callAsFunction(
    _ parts: Sequential, _ x: Tensor, _ context: Context
  ) throws -> Tensor {
    if context.wants(parts.path) { return try self(try parts(x, context), context) }
    return try run([x], context) { try parts(x, context, activation: activation) }
  }

  public override var kindName: String { activation.name }
}
