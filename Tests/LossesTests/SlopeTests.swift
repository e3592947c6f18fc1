import Layers
import Losses
import Tensors
import TestSupport
import Testing

/// Every loss's gradients with respect to the student's logits, its features and the parameters of
/// the loss's own parts, against differences of values and of gradients.
@Suite struct SlopeTests {
  @Test(arguments: LossCase.all)
  func gradientIsTheDifferenceQuotient(_ tested: LossCase) throws {
    guard case .differences(let step, let tolerance) = tested.slope else { return }
    let trial = try LossTrial(tested)
    let gradient = try trial.gradient()
    let value = try trial.value()
    #expect(try norm(gradient) > 0)
    for (name, range) in trial.groups {
      let own = range.map { gradient[$0] }
      // Random directions, and the steepest one, along which rounding counts least.
      var directions = try (0..<4).map { try trial.direction("\($0)", in: range) }
      let length = try norm(own)
      if length > 0 {
        let size = Float(Double(own.reduce(0) { $0 + $1.count }).squareRoot() / length)
        directions.append(
          try gradient.enumerated().map {
            try $1 * (range.contains($0) ? size * ($0 == 0 ? 0.5 : 0.1) : 0)
          })
      }
      for direction in directions {
        let quotient = try slope(of: trial, along: direction, step)
        let found = try dot(gradient, direction)
        let scale = try length * norm(direction)
        let noise = 5e-7 * abs(value) / Double(step)
        let problem = disagreement(
          found, quotient, relative: tolerance, absolute: 0.2 * tolerance * scale + noise)
        #expect(problem == nil, "\(name)")
      }
    }
  }

  /// Fourth order, so that the step can be wide and rounding small.
  private func slope(
    of trial: LossTrial, along direction: [Tensor], _ step: Float
  ) throws -> Double {
    func at(_ distance: Float) throws -> Double {
      try trial.value(at: try trial.moved(along: direction, distance))
    }
    let near = try at(step) - at(-step)
    let far = try at(2 * step) - at(-2 * step)
    return (8 * near - far) / (12 * Double(step))
  }

  @Test(arguments: LossCase.all)
  func gradientHasAGradient(_ tested: LossCase) throws {
    let trial = try LossTrial(tested)
    let (total, variables) = try trial.taped()
    let taped = try gradients(of: total, withRespectTo: variables, tape: .differentiate)
    let plain = try trial.gradient()
    let length = try norm(plain)
    for (a, b) in zip(taped, plain) {
      #expect(disagreement(a.detached, b, relative: 1e-4, absolute: 1e-5 * length) == nil)
    }
    guard tested.noSecond == nil, case .differences(let step, let tolerance) = tested.slope
    else { return }
    let direction = try trial.direction("second", in: 0..<trial.point.count)
    var product: Tensor?
    for (gradient, along) in zip(taped, direction) where gradient.isTracked {
      let part = try (gradient * along).sum()
      product = try product.map { try $0 + part } ?? part
    }
    let second =
      try product.map { try gradients(of: $0, withRespectTo: variables) }
      ?? variables.map { Tensor(zeros: $0.shape) }
    func at(_ distance: Float) throws -> [Tensor] {
      try trial.gradient(at: try trial.moved(along: direction, distance))
    }
    let width = step * 0.4
    let (a, b, c, d) = (try at(width), try at(-width), try at(2 * width), try at(-2 * width))
    let difference = try second.indices.map { index in
      let near = try a[index] - b[index]
      let far = try c[index] - d[index]
      return try second[index] - (near * 8 - far) * (1 / (12 * width))
    }
    let noise = 1e-6 * length / Double(width)
    #expect(try norm(difference) <= 20 * tolerance * norm(second) + noise)
  }

  /// A companion's own objective, by the companion's parameters.
  @Test(arguments: LossCase.all)
  func companionsGradientIsTheDifferenceQuotient(_ tested: LossCase) throws {
    let trial = try LossTrial(tested)
    guard let loss = trial.loss as? any CompanionLoss, let network = trial.companion else { return }
    let input = try trial.input(trial.point)
    let parameters = network.parameters.map(\.parameter)
    let start = parameters.map(\.value)
    let gradient = try gradients(
      of: try loss.companionLoss(input, round: 0).loss, withRespectTo: parameters.map(\.tracked))
    let length = try norm(gradient)
    #expect(length > 0)
    let size = Float(0.2 / length)
    func at(_ distance: Float) throws -> Double {
      for (index, parameter) in parameters.enumerated() {
        parameter.value = try start[index] + gradient[index] * (size * distance)
      }
      return Double(try loss.companionLoss(input, round: 0).loss.scalar)
    }
    var tolerance = 2e-3
    if case .differences(_, let own) = tested.slope { tolerance = max(tolerance, own) }
    let quotient = try (8 * (at(0.1) - at(-0.1)) - (at(0.2) - at(-0.2))) / 1.2
    #expect(
      disagreement(
        quotient, length * length * Double(size), relative: tolerance, absolute: 1e-5) == nil)
  }
}
