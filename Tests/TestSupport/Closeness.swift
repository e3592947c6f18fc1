import Foundation
public import Tensors

/// Where two lists of numbers disagree, in words; nil where every pair is within
/// `absolute` + `relative` · the larger magnitude.
///
/// A NaN agrees with nothing.
public func disagreement(
  _ found: [Double], _ expected: [Double], relative: Double, absolute: Double = 0
) -> String? {
  guard found.count == expected.count else {
    return "\(found.count) numbers, \(expected.count) expected"
  }
  var worst: (index: Int, excess: Double)?
  for index in found.indices {
    let (a, b) = (found[index], expected[index])
    let room = absolute + relative * max(abs(a), abs(b))
    let excess = abs(a - b) - room
    // Written so that a NaN is an excess.
    if !(excess <= 0), worst == nil || !(excess <= worst?.excess ?? 0) {
      worst = (index, excess)
    }
  }
  guard let (index, _) = worst else { return nil }
  return "number \(index) of \(found.count) is \(found[index]), \(expected[index]) expected"
}

/// Where two numbers disagree, in words.
public func disagreement(
  _ found: Double, _ expected: Double, relative: Double, absolute: Double = 0
) -> String? {
  disagreement([found], [expected], relative: relative, absolute: absolute)
}

/// Where two tensors disagree, in words: their shapes, or their numbers.
public func disagreement(
  _ found: Tensor, _ expected: Tensor, relative: Double, absolute: Double = 0
) -> String? {
  guard found.shape == expected.shape else {
    return "shape \(shapeText(found.shape)), \(shapeText(expected.shape)) expected"
  }
  return disagreement(
    found.values.map { Double($0) }, expected.values.map { Double($0) },
    relative: relative, absolute: absolute)
}

/// The tensors' bits, to compare them exactly.
public func bits(_ tensors: [Tensor]) -> [[UInt32]] {
  tensors.map { $0.values.map(\.bitPattern) }
}

/// Whether tensors are the same to the bit, shapes too; fast for whole networks.
public func areIdentical(_ a: [Tensor], _ b: [Tensor]) -> Bool {
  a.count == b.count
    && zip(a, b).allSatisfy { x, y in
      x.shape == y.shape
        && x.read { left in y.read { memcmp(left, $0, x.count * MemoryLayout<Float>.size) } } == 0
    }
}

/// Whether no number of the tensors is infinite or NaN.
public func areFinite(_ tensors: [Tensor]) throws -> Bool {
  try tensors.allSatisfy { try $0.dot($0).isFinite }
}
