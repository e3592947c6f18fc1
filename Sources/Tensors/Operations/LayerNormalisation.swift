import CKernels

/// y = (x − μ)/√(σ² + ε)·γ + β with mean and biased variance of each row along the last axis
/// (Ba et al. 2016, https://arxiv.org/abs/1607.06450).
///
/// - Parameters:
///   - x: [..., D].
///   - weight: γ [D], ones where there is none.
///   - bias: β [D], zeros where there is none.
public func layerNorm(
  _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Float = 1e-5
) throws -> Tensor {
  let (rows, columns, _) = try x.rowLayout("layerNorm")
  for other in [weight, bias].compactMap({ $0 }) where other.shape != [columns] {
    throw ShapeError.different("layerNorm", x.shape, other.shape)
  }
  var statistics = Tensor(uninitialized: [rows, 2])
  let chunk = Swift.max(1, elementChunk / columns)
  let output = x.read { source in
    weight.reading { gamma in
      bias.reading { beta in
        statistics.mutate { moments in
          Tensor.filled(x.shape) { y in
            parallelFor(rows, chunk: chunk) {
              ak_layer_norm(source, gamma, beta, epsilon, y, moments, columns, $0, $1)
            }
          }
        }
      }
    }
  }
  let kept = statistics
  let hasWeight = weight != nil
  let inputs = [x] + [weight, bias].compactMap { $0 }
  return record(
    "layerNorm", inputs, output,
    as: .layerNorm(epsilon: epsilon, hasWeight: hasWeight, hasBias: bias != nil)
  ) { p in
    let gradients =
      p.isDifferentiable
      ? try layerNormGradients(p, hasWeight: hasWeight, epsilon)
      : try layerNormGradients(p, hasWeight: hasWeight, kept)
    let weightPart = hasWeight ? [gradients.weight] : []
    return [gradients.x] + weightPart + (bias != nil ? [gradients.bias] : [])
  }
}

private typealias LayerNormGradients = (x: Tensor?, weight: Tensor?, bias: Tensor?)

/// The gradient in differentiable operations:
/// dx = (h − mean(h) − x̂·mean(h·x̂))/σ by row, h = dy·γ.
private func layerNormGradients(
  _ p: Pullback, hasWeight: Bool, _ epsilon: Float
) throws -> LayerNormGradients {
  let x = p.inputs[0]
  let centred = try x - x.mean(axes: [-1], keepingAxes: true)
  let spread = try centred.square().mean(axes: [-1], keepingAxes: true)
  let inverse = try (spread + epsilon).reciprocalSquareRoot()
  let hat = try centred * inverse
  let h = hasWeight ? try p.gradient * p.inputs[1] : p.gradient
  let middle = try h.mean(axes: [-1], keepingAxes: true)
  let product = try (h * hat).mean(axes: [-1], keepingAxes: true)
  let axes = Array(0..<(x.rank - 1))
  let biasAt = hasWeight ? 2 : 1
  let wantsBias = p.inputs.count > biasAt && p.needs[biasAt]
  return (
    p.needs[0] ? try (h - middle - hat * product) * inverse : nil,
    hasWeight && p.needs[1] ? try (p.gradient * hat).sum(axes: axes) : nil,
    wantsBias ? try p.gradient.sum(axes: axes) : nil
  )
}

/// The gradient in one pass over memory, off the tape.
private func layerNormGradients(
  _ p: Pullback, hasWeight: Bool, _ statistics: Tensor
) throws -> LayerNormGradients {
  let x = p.inputs[0]
  let (rows, columns, _) = try x.rowLayout("layerNorm")
  let weight = hasWeight ? p.inputs[1] : nil
  // About 64 KiB of rows a slot, so that the second look at them finds them in the cache.
  let slot = Swift.max(8, elementChunk / columns)
  let slots = (rows + slot - 1) / slot
  let wantsSums = p.needs.dropFirst().contains(true)
  let scratch = DoubleScratch(count: wantsSums ? slots * 2 * columns : 0)
  var dx = Tensor(uninitialized: p.needs[0] ? x.shape : [0])
  var sums = [Double](repeating: 0, count: 2 * columns)
  scratch.use { partial in
    x.read { source in
      statistics.read { moments in
        weight.reading { gamma in
          p.gradient.read { dy in
            dx.mutate { out in
              let target = p.needs[0] ? out : nil
              let places = wantsSums ? partial : nil
              parallelFor(slots, chunk: 1) {
                ak_layer_norm_gradient(
                  source, moments, gamma, dy, target, rows, columns, slot, places, $0, $1)
              }
            }
          }
        }
      }
    }
    if wantsSums { ak_norm_sums_finish(partial, columns, slots, &sums, 0, 2 * columns) }
  }
  let biasAt = hasWeight ? 2 : 1
  let wantsBias = p.inputs.count > biasAt && p.needs[biasAt]
  return (
    p.needs[0] ? dx : nil,
    hasWeight && p.needs[1] ? try Tensor(sums[..<columns].map { Float($0) }, [columns]) : nil,
    wantsBias ? try Tensor(sums[columns...].map { Float($0) }, [columns]) : nil
  )
}
