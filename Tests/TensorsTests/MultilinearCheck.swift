import Testing

@testable import Tensors

/// Checks for operations that are linear in each operand, with a loss that is a square of them:
/// a central difference along a line is then exact up to rounding, whatever the step.
enum MultilinearCheck {
  /// Numbers in [-1, 1) that the label decides.
  static func numbers(_ shape: [Int], _ label: String) -> Tensor {
    Random.uniform(shape, in: -1..<1, seed: 7, stream: Random.stream("multilinear", label))
  }

  static func dot(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// a + step·b, off the tape.
  static func moved(_ a: Tensor, _ step: Float, _ b: Tensor) throws -> Tensor {
    try Tensor(zip(a.values, b.values).map { $0 + step * $1 }, a.shape)
  }

  /// Whether each operand's gradient of `value` agrees with its difference along a line.
  private static func checkGradients(
    _ operands: [Tensor], _ label: String, _ tape: TapeUse,
    _ value: ([Tensor]) throws -> Tensor
  ) throws {
    let variables = operands.map { $0.variable() }
    let found = try gradients(of: value(variables), withRespectTo: variables, tape: tape)
    for (index, operand) in operands.enumerated() {
      let direction = numbers(operand.shape, "\(label) direction \(index)")
      let step: Float = 0.5
      func at(_ sign: Float) throws -> Double {
        var changed = operands
        changed[index] = try moved(operand, sign * step, direction)
        return Double(try value(changed.map { $0.variable() }).scalar)
      }
      let slope = (try at(1) - at(-1)) / Double(2 * step)
      let expected = dot(found[index], direction)
      let scale =
        dot(found[index], found[index]).squareRoot()
        * dot(direction, direction)
        .squareRoot()
      #expect(found[index].shape == operand.shape)
      #expect(
        abs(slope - expected) <= 2e-4 * scale + 1e-4,
        "\(label), operand \(index): gradient \(expected), difference \(slope)")
    }
  }

  /// First and second derivatives of Σ weight ⊙ operation(operands)².
  static func derivatives(
    _ label: String, _ operands: [Tensor], _ operation: ([Tensor]) throws -> Tensor
  ) throws {
    let shape = try operation(operands).shape
    let weight = numbers(shape, "\(label) weight")
    func loss(_ operands: [Tensor]) throws -> Tensor {
      let y = try operation(operands)
      return try (y * y * weight).sum()
    }
    try checkGradients(operands, "\(label), first", .release, loss)
    let directions = operands.enumerated().map { numbers($1.shape, "\(label) second \($0)") }
    try checkGradients(operands, "\(label), second", .release) { operands in
      let variables = operands.map { $0.isTracked ? $0 : $0.variable() }
      let first = try gradients(
        of: loss(variables), withRespectTo: variables, tape: .differentiate)
      return try zip(first, directions).map { try ($0 * $1).sum() }
        .reduce(Tensor(0)) { try $0 + $1 }
    }
  }

  /// Whether `body` gives the same bits with 1, 2, 3 and 8 threads.
  static func threads(_ label: String, _ body: () throws -> [Tensor]) throws {
    try checkThreads(label, body)
  }

  /// Largest difference, relative to the expected numbers' root mean square.
  static func error(_ found: Tensor, _ expected: [Double]) -> Double {
    let square = expected.reduce(0) { $0 + $1 * $1 } / Double(max(1, expected.count))
    let largest = zip(found.values, expected).reduce(0.0) {
      let difference = abs(Double($1.0) - $1.1)
      return difference.isNaN ? .infinity : max($0, difference)
    }
    return largest / (square.squareRoot() + 1e-6)
  }
}
