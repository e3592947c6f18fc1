import Checkpoints
import Tensors

/// An operator at work: a node with its inputs at hand.
struct OnnxCall {
  let node: OnnxNode
  let inputs: [OnnxValue?]
  let opset: Int
  let file: String
  /// Weights that were brought into the kernels' layout, kept from run to run.
  let prepared: OnnxPreparedWeights
  /// Numbers that a result has at most.
  let limit: Int

  func problem(_ reason: String) -> CheckpointError {
    CheckpointError(file, "\(node.title): \(reason)")
  }

  // MARK: Inputs

  func has(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  func value(_ index: Int) throws -> OnnxValue {
    guard index < inputs.count, let value = inputs[index] else {
      throw problem("input \(index) is missing")
    }
    return value
  }

  /// A tensor of numbers; whole ones are turned into them.
  func numbers(_ index: Int) throws -> OnnxTensor {
    switch try value(index) {
    case .numbers(let tensor): return tensor
    case .integers(let integers):
      return OnnxTensor(try Tensor(integers.values.map { Float($0) }, integers.shape))
    }
  }

  func optionalNumbers(_ index: Int) throws -> OnnxTensor? {
    has(index) ? try numbers(index) : nil
  }

  /// Whole numbers: given as such, or numbers that do not depend on the network's input.
  func integers(_ index: Int) throws -> OnnxIntegers {
    switch try value(index) {
    case .integers(let integers): return integers
    case .numbers(let tensor):
      guard !tensor.tensor.isTracked else {
        throw problem("input \(index) depends on the images, where only a constant is supported")
      }
      let values = try tensor.plain().values
      guard values.allSatisfy({ $0.isFinite && abs($0) < 1e15 }) else {
        throw problem("input \(index) has no whole numbers")
      }
      return OnnxIntegers(values.map { Int($0) }, tensor.shape)
    }
  }

  func optionalIntegers(_ index: Int) throws -> OnnxIntegers? {
    has(index) ? try integers(index) : nil
  }

  /// Whether all inputs are whole numbers, so that the result is computed at once.
  var isIntegral: Bool {
    inputs.allSatisfy { input in
      if case .numbers = input { return false }
      return true
    }
  }

  // MARK: Attributes

  func integer(_ name: String, default usual: Int) throws -> Int {
    switch node.attributes[name] {
    case nil: return usual
    case .integer(let number): return number
    default: throw problem("'\(name)' must be a whole number")
    }
  }

  func integerList(_ name: String) throws -> [Int]? {
    switch node.attributes[name] {
    case nil: return nil
    case .integers(let numbers): return numbers
    default: throw problem("'\(name)' must be whole numbers")
    }
  }

  func number(_ name: String, default usual: Float) throws -> Float {
    switch node.attributes[name] {
    case nil: return usual
    case .number(let number): return number
    default: throw problem("'\(name)' must be a number")
    }
  }

  func text(_ name: String, default usual: String) throws -> String {
    switch node.attributes[name] {
    case nil: return usual
    case .text(let text): return text
    default: throw problem("'\(name)' must be a text")
    }
  }

  /// Axes from 0; negative ones count from the end.
  func axes(_ axes: [Int], rank: Int) throws -> [Int] {
    try axes.map { axis in
      guard axis >= -rank, axis < rank else {
        throw problem("there is no axis \(axis) among \(rank)")
      }
      return axis < 0 ? axis + rank : axis
    }
  }

  /// Axes that came as an attribute in older opsets and come as an input in newer ones.
  func axes(input index: Int, rank: Int) throws -> [Int]? {
    let given = try integerList("axes") ?? optionalIntegers(index)?.values
    return try given.map { try axes($0, rank: rank) }
  }

  /// Numbers that a result has at most for images of a size: far more than networks make of them.
  static func limit(images: Int) -> Int { max(1 << 24, 256 * images) }

  /// A shape that may be made: not negative, and not much larger than what the images are.
  func checked(_ shape: [Int]) throws -> [Int] {
    var count = 1
    for size in shape {
      // Sizes beside an empty axis count, too, as products of some axes are taken later.
      let (product, overflows) = count.multipliedReportingOverflow(by: max(size, 1))
      guard size >= 0, !overflows, product <= limit, shape.count <= OnnxArrays.mostAxes else {
        throw problem("the shape \(shapeText(shape)) cannot be made")
      }
      count = product
    }
    return shape
  }
}

/// Weights in the layout of the kernels, by the node that uses them.
final class OnnxPreparedWeights {
  private var tensors: [String: (source: Tensor, prepared: Tensor)] = [:]

  /// A constant tensor turned by a function, which is computed once as long as the tensor stays.
  func callAsFunction(
    _ key: String, _ source: Tensor, _ make: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    guard !source.isTracked else { return try make(source) }
    if let known = tensors[key], known.source.sharesStorage(with: source) { return known.prepared }
    let prepared = try make(source)
    tensors[key] = (source, prepared)
    return prepared
  }
}
