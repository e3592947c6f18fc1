import CKernels

/// The gradients of a product of images [N, ..., C] with one number an image and channel
/// [N, 1, ..., C] (squeeze-and-excite), in one pass and off the tape; nil for other shapes.
func gateGradients(_ p: Pullback) -> [Tensor?]? {
  let (a, b) = (p.inputs[0], p.inputs[1])
  if isGate(b, of: a) { return gateGradients(a, b, p.gradient, p.needs[0], p.needs[1]) }
  guard isGate(a, of: b) else { return nil }
  return gateGradients(b, a, p.gradient, p.needs[1], p.needs[0]).reversed()
}

private func isGate(_ gate: Tensor, of x: Tensor) -> Bool {
  let rank = x.rank
  guard rank > 2, gate.rank == rank, gate.shape[0] == x.shape[0],
    gate.shape[rank - 1] == x.shape[rank - 1]
  else { return false }
  return gate.shape[1..<(rank - 1)].allSatisfy { $0 == 1 } && gate.count < x.count
}

private func gateGradients(
  _ x: Tensor, _ gate: Tensor, _ dy: Tensor, _ needsX: Bool, _ needsGate: Bool
) -> [Tensor?] {
  let (images, channels) = (x.shape[0], x.shape[x.rank - 1])
  let pixels = x.count / (images * channels)
  let blocks = (channels + Int(AK_GATE_CHANNELS) - 1) / Int(AK_GATE_CHANNELS)
  var toX = Tensor(uninitialized: needsX ? x.shape : [0])
  var toGate = Tensor(uninitialized: needsGate ? gate.shape : [0])
  x.read { source in
    gate.read { factor in
      dy.read { gradient in
        toX.mutate { dx in
          toGate.mutate { dgate in
            let (first, second) = (needsX ? dx : nil, needsGate ? dgate : nil)
            parallelFor(images * blocks, chunk: 1) { low, high in
              ak_gate_gradient(
                source, factor, gradient, first, second, pixels, channels, low, high)
            }
          }
        }
      }
    }
  }
  return [needsX ? toX : nil, needsGate ? toGate : nil]
}
