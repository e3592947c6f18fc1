import Testing

@testable import Tensors

/// Numbers in −1 ..< 1 that depend on the seed alone.
func noise(_ shape: [Int], seed: UInt64, in range: Range<Float> = -1..<1) -> Tensor {
  Random.uniform(shape, in: range, seed: seed, stream: 77)
}

/// Checks the gradient of a function against finite differences, and the gradient of its gradient.
///
/// The result is contracted with fixed random numbers u. For every input and several random
/// directions v, ⟨∇⟨u, f⟩, v⟩ is compared with a difference quotient of fourth order; the gradient
/// must also be the same in both forms (fused, and on the tape). For the second order the same is
/// done with ⟨∇⟨u, f⟩, w⟩ in place of ⟨u, f⟩.
///
/// - Parameters:
///   - order: 1 or 2.
///   - step: Of the difference quotient; small where f bends, away from its kinks.
///   - tolerance: Relative to the size of the terms of the scalar products.
func checkGradients(
  _ inputs: [Tensor], order: Int = 2, step: Float = 0.02, tolerance: Double = 2e-3,
  sourceLocation: SourceLocation = #_sourceLocation, _ f: ([Tensor]) throws -> Tensor
) throws {
  let seed = noise(try f(inputs).shape, seed: 1)
  func value(_ inputs: [Tensor]) throws -> (Double, Double) {
    let y = try f(inputs).detached
    return (try y.dot(seed), try (y * seed).squaredNorm.squareRoot())
  }
  func first(_ inputs: [Tensor]) throws -> [Tensor] {
    let variables = inputs.map { $0.detached.variable() }
    return try gradients(of: try f(variables), withRespectTo: variables, seed: seed)
  }
  let analytic = try first(inputs)
  try compare(inputs, analytic, step, tolerance, "first", sourceLocation, value)

  guard order > 1 else { return }
  let variables = inputs.map { $0.detached.variable() }
  let taped = try gradients(
    of: try f(variables), withRespectTo: variables, seed: seed, tape: .differentiate)
  for (index, (plain, tape)) in zip(analytic, taped).enumerated() {
    let distance = try (plain - tape.detached).squaredNorm.squareRoot()
    #expect(
      distance <= 1e-4 * plain.squaredNorm.squareRoot() + 1e-6,
      "input \(index): the fused and the taped gradient differ by \(distance)",
      sourceLocation: sourceLocation)
  }
  let weights = inputs.enumerated().map { noise($1.shape, seed: 100 + UInt64($0)) }
  var total: Tensor = Tensor(0)
  for (gradient, weight) in zip(taped, weights) {
    total = try total + (gradient * weight).sum()
  }
  let second = try gradients(of: total, withRespectTo: variables)
  try compare(inputs, second, step, tolerance, "second", sourceLocation) { inputs in
    var (sum, size) = (0.0, 0.0)
    for (gradient, weight) in zip(try first(inputs), weights) {
      sum += try gradient.dot(weight)
      size += try (gradient * weight).squaredNorm
    }
    return (sum, size.squareRoot())
  }
}

/// Holds ⟨gradient, v⟩ against difference quotients of a function for random directions v.
private func compare(
  _ inputs: [Tensor], _ gradients: [Tensor], _ step: Float, _ tolerance: Double, _ order: String,
  _ location: SourceLocation, _ function: ([Tensor]) throws -> (value: Double, size: Double)
) throws {
  let size = try function(inputs).size
  for (index, input) in inputs.enumerated() where input.count > 0 {
    for trial in 0..<4 {
      let direction = noise(input.shape, seed: 1000 + UInt64(trial * 16 + index))
      func at(_ distance: Float) throws -> Double {
        var moved = inputs
        moved[index] = try input.detached + direction * distance
        return try function(moved).value
      }
      let near = try at(step) - at(-step)
      let far = try at(2 * step) - at(-2 * step)
      let expected = (8 * near - far) / (12 * Double(step))
      let found = try gradients[index].dot(direction)
      let terms = try (gradients[index] * direction).squaredNorm.squareRoot()
      #expect(
        abs(found - expected) <= tolerance * (abs(expected) + terms + 0.02 * size) + 1e-6,
        """
        \(order) derivative by input \(index) \(input.shape), direction \(trial): \
        found \(found), difference quotient \(expected)
        """,
        sourceLocation: location)
    }
  }
}
