/// What an operation computes, with all that must be known beside its operands to compute it again.
///
/// The operands stand at each case in their order; those in brackets may be missing. Sizes that the
/// result's shape tells (of a reshape, a slice) are not repeated here, so that one description
/// serves every batch size.
public enum Primitive: Equatable, Sendable {
  /// x [N, H, W, C], weights [R, S, C/groups, K], (bias [K]).
  case convolution(ConvolutionWindow)
  /// dy, weights as above: the convolution's input gradient, also called transposed convolution. Its
  /// result has the shape of the convolution's input.
  case transposedConvolution(ConvolutionWindow)
  /// x [..., in], weights [in, out], (bias [out]).
  case linear
  /// a, b with the same leading axes, or one of them a single matrix.
  case matmul(transposeA: Bool, transposeB: Bool)
  /// One to three sources [N, T, width], (bias).
  case attention(AttentionPacking, scale: Float, hasBias: Bool)

  /// x and the function's constants a and b, zero where it has none.
  case unary(UnaryFunction, Float = 0, Float = 0)
  /// a, b: with broadcasting.
  case binary(BinaryFunction)
  /// mask, a, b of one shape: a where the mask is not 0, else b.
  case select

  /// x [..., C], γ, β, μ, σ² [C], (residual): batch norm with given statistics.
  case batchNorm(epsilon: Float, Activation, hasResidual: Bool)
  /// x [..., C], scale [C], shift [C]: x·scale + shift.
  case scaleShift
  /// x [..., D], (γ [D]), (β [D]).
  case layerNorm(epsilon: Float, hasWeight: Bool, hasBias: Bool)
  /// x [N, P, G, C/G], without mean and deviation over axes 1 and 3.
  case groupStandardise(epsilon: Float)
  /// x, along the last axis.
  case softmax
  /// x, along the last axis.
  case logSoftmax

  /// x; the axes in rising order, left with size 1 or dropped.
  case reduce(Reduction, axes: [Int], keepingAxes: Bool)
  /// x [N, H, W, C].
  case maxPool(PoolingWindow)
  /// x [N, H, W, C].
  case averagePool(PoolingWindow)
  /// x [N, H, W, C] to the height and width of the result.
  case adaptiveAveragePool
  /// x [N, H, W, C] to the height and width of the result.
  case adaptiveMaxPool
  /// x [N, H, W, C] to the height and width of the result.
  case resize(ResizeMode, alignCorners: Bool, antialias: Bool)

  /// x, to the result's shape.
  case reshape
  /// x, repeated along axes of size 1 and new axes in front to the result's shape.
  case expand
  /// x: result.shape[i] = x.shape[axes[i]].
  case transpose([Int])
  /// x, from a place of an axis on; the result's shape says how far.
  case slice(axis: Int, start: Int)
  /// x, with a value in front of and behind an axis.
  case pad(axis: Int, before: Int, after: Int, value: Float)
  /// Any number of operands, one behind the other.
  case concatenate(axis: Int)
  /// x, an axis in reversed order.
  case flip(axis: Int)
  /// x, entries of the first axis by index.
  case gather(Labels)

  /// The name in messages and listings: PyTorch's where there is one.
  public var name: String {
    switch self {
    case .convolution: "convolution"
    case .transposedConvolution: "transposed convolution"
    case .linear: "linear"
    case .matmul: "matmul"
    case .attention: "attention"
    case .unary(let function, _, _): function.rawValue
    case .binary(let function): function.rawValue
    case .select: "select"
    case .batchNorm: "batch norm"
    case .scaleShift: "scale and shift"
    case .layerNorm: "layer norm"
    case .groupStandardise: "group norm"
    case .softmax: "softmax"
    case .logSoftmax: "log softmax"
    case .reduce(let reduction, _, _): reduction.rawValue
    case .maxPool: "max pool"
    case .averagePool: "average pool"
    case .adaptiveAveragePool: "adaptive average pool"
    case .adaptiveMaxPool: "adaptive max pool"
    case .resize: "resize"
    case .reshape: "reshape"
    case .expand: "expand"
    case .transpose: "transpose"
    case .slice: "slice"
    case .pad: "pad"
    case .concatenate: "concatenate"
    case .flip: "flip"
    case .gather: "gather"
    }
  }
}
