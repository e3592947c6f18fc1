import Tensors

extension Graph {
  /// A batch norm with given statistics is a scale and a shift of every channel:
  /// s = γ/√(σ² + ε), t = β − μ·s.
  mutating func normsToScales() throws {
    for index in operations.indices {
      guard case .batchNorm(let epsilon, .none, false) = operations[index].primitive else {
        continue
      }
      let operands = operations[index].inputs.dropFirst().compactMap(tensor)
      guard operands.count == 4 else { continue }
      let (scale, shift) = try scaleAndShift(
        weight: operands[0], bias: operands[1], mean: operands[2], variance: operands[3],
        epsilon: epsilon)
      operations[index].primitive = .scaleShift
      operations[index].inputs = [
        operations[index].inputs[0], addConstant(scale), addConstant(shift),
      ]
    }
  }

  private func scaleAndShift(
    weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: Float
  ) throws -> (scale: Tensor, shift: Tensor) {
    var scales: [Float] = []
    var shifts: [Float] = []
    let (gammas, betas) = (weight.values, bias.values)
    for (index, (mean, variance)) in zip(mean.values, variance.values).enumerated() {
      let scale = Double(gammas[index]) / (Double(variance) + Double(epsilon)).squareRoot()
      scales.append(Float(scale))
      shifts.append(Float(Double(betas[index]) - Double(mean) * scale))
    }
    return (try Tensor(scales, [scales.count]), try Tensor(shifts, [shifts.count]))
  }
}
