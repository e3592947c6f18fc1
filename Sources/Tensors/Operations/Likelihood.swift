import CKernels

/// Cross entropy of each row of logits with its label:
/// (1 − s)·(−ln p[label]) + s/K·Σ_k (−ln p[k]), p = softmax(logits).
///
/// - Parameters:
///   - logits: [..., K].
///   - labels: Of the logits' shape without K, each in 0 ..< K.
///   - smoothing: s of Szegedy et al. (2016, https://arxiv.org/abs/1512.00567).
///   - ignored: A label whose rows count as 0.
/// - Returns: One loss a row, of the labels' shape.
public func crossEntropyByRow(
  _ logits: Tensor, _ labels: Labels, smoothing: Float = 0, ignoring ignored: Int32? = nil
) throws -> Tensor {
  let (rows, columns, chunk) = try logits.rowLayout("crossEntropy")
  guard labels.shape == Array(logits.shape.dropLast()) else {
    throw ShapeError(
      "crossEntropy: labels \(shapeText(labels.shape)) do not fit logits "
        + shapeText(logits.shape))
  }
  try labels.check(below: columns, "crossEntropy: label", ignoring: ignored)
  // Labels are 0 or more, so −1 ignores none.
  let skipped = ignored ?? -1
  var logSums = Tensor(uninitialized: [rows])
  let losses = logits.read { x in
    labels.values.withUnsafeBufferPointer { targets in
      logSums.mutate { sums in
        Tensor.filled(labels.shape) { y in
          guard let target = targets.baseAddress else { return }
          parallelFor(rows, chunk: chunk) {
            ak_cross_entropy(x, target, y, sums, columns, smoothing, skipped, $0, $1)
          }
        }
      }
    }
  }
  let sums = logSums
  return record("crossEntropy", [logits], losses) { p in
    if p.isDifferentiable {
      let target = try smoothed(labels, columns, smoothing, ignoring: ignored)
      let weight = try p.gradient * target.mask
      let column = try weight.reshaped(labels.shape + [1])
      return [try (p.inputs[0].softmax() - target.distribution) * column]
    }
    return [
      crossEntropyGradient(
        p.inputs[0], labels, sums, p.gradient, smoothing: smoothing, ignored: skipped)
    ]
  }
}

private func crossEntropyGradient(
  _ logits: Tensor, _ labels: Labels, _ logSums: Tensor, _ gradient: Tensor, smoothing: Float,
  ignored: Int32
) -> Tensor {
  let columns = Swift.max(1, logits.shape.last ?? 1)
  return logits.read { x in
    logSums.read { sums in
      gradient.read { dy in
        labels.values.withUnsafeBufferPointer { targets in
          Tensor.filled(logits.shape) { dx in
            guard let target = targets.baseAddress else { return }
            parallelFor(labels.count, chunk: Swift.max(1, (1 << 13) / columns)) {
              ak_cross_entropy_backward(
                x, target, sums, dy, dx, columns, smoothing, ignored, $0, $1)
            }
          }
        }
      }
    }
  }
}

/// The smoothed target of every row, and 1 for the rows that count.
private func smoothed(
  _ labels: Labels, _ classes: Int, _ smoothing: Float, ignoring ignored: Int32?
) throws -> (distribution: Tensor, mask: Tensor) {
  let counted = labels.values.map { $0 == ignored ? Float(0) : 1 }
  let safe = try Labels(labels.values.map { $0 == ignored ? 0 : $0 }, labels.shape)
  let distribution = try safe.oneHot(classes) * (1 - smoothing) + smoothing / Float(classes)
  return (distribution, try Tensor(counted, labels.shape))
}

/// Cross entropy with labels, mean over the rows that count; see `crossEntropyByRow`. NaN where no
/// row counts, as in PyTorch.
public func crossEntropy(
  _ logits: Tensor, _ labels: Labels, smoothing: Float = 0, ignoring ignored: Int32? = nil
) throws -> Tensor {
  let rows = try crossEntropyByRow(logits, labels, smoothing: smoothing, ignoring: ignored)
  let counted = labels.values.count { $0 != ignored }
  return try rows.sum() * (1 / Float(counted))
}

/// Kullback–Leibler divergence Σ_k e^t·(t − s) of log-probabilities, mean over the rows.
///
/// - Parameters:
///   - student: s, log-probabilities [..., K].
///   - teacher: t of the same shape; a class whose probability is 0 adds nothing.
public func klDivergence(student: Tensor, teacher: Tensor) throws -> Tensor {
  guard student.shape == teacher.shape else {
    throw ShapeError.different("klDivergence", student.shape, teacher.shape)
  }
  let (rows, _, _) = try student.rowLayout("klDivergence")
  // A teacher's −∞ would make 0·∞; e^−200 is 0 in single precision.
  let bounded = teacher.clamped(-200, .infinity)
  return try (bounded.exp() * (bounded - student)).sum() * (1 / Float(rows))
}

/// Divergence of softened distributions from their logits, in one pass:
/// Σ_k p_k·(ln p_k − ln q_k), p = softmax(teacher/T), q = softmax(student/T), by row.
///
/// - Returns: One number a row. Multiply with T² for gradients that do not shrink with T
///   (Hinton et al. 2015, https://arxiv.org/abs/1503.02531).
public func softenedDivergence(
  student: Tensor, teacher: Tensor, temperature: Float = 1
) throws -> Tensor {
  guard student.shape == teacher.shape else {
    throw ShapeError.different("softenedDivergence", student.shape, teacher.shape)
  }
  let (rows, columns, chunk) = try student.rowLayout("softenedDivergence")
  let scale = 1 / temperature
  var logSums = Tensor(uninitialized: [rows, 2])
  let result = teacher.read { a in
    student.read { b in
      logSums.mutate { sums in
        Tensor.filled(Array(student.shape.dropLast())) { kl in
          parallelFor(rows, chunk: chunk) {
            ak_divergence(a, b, kl, sums, columns, scale, $0, $1)
          }
        }
      }
    }
  }
  let sums = logSums
  return record("softenedDivergence", [student, teacher], result, savesOutput: true) { p in
    if p.isDifferentiable { return try divergenceGradients(p, scale) }
    return divergenceGradients(p, sums, scale)
  }
}

/// dq = g/T·(q − p), dp = g/T·p·(ln p − ln q − KL), in differentiable operations.
private func divergenceGradients(_ p: Pullback, _ scale: Float) throws -> [Tensor?] {
  let (student, teacher) = (p.inputs[0], p.inputs[1])
  let logStudent = try (student * scale).logSoftmax()
  let logTeacher = try (teacher * scale).logSoftmax()
  let column = try (p.gradient * scale).reshaped(p.gradient.shape + [1])
  let likely = logTeacher.exp()
  let divergence = try p.output.reshaped(p.gradient.shape + [1])
  return [
    p.needs[0] ? try (logStudent.exp() - likely) * column : nil,
    p.needs[1] ? try likely * (logTeacher - logStudent - divergence) * column : nil,
  ]
}

private func divergenceGradients(
  _ p: Pullback, _ logSums: Tensor, _ scale: Float
) -> [Tensor?] {
  let (student, teacher) = (p.inputs[0], p.inputs[1])
  let columns = Swift.max(1, student.shape.last ?? 1)
  var toStudent = Tensor(uninitialized: p.needs[0] ? student.shape : [0])
  var toTeacher = Tensor(uninitialized: p.needs[1] ? student.shape : [0])
  let kl = p.output
  teacher.read { a in
    student.read { b in
      logSums.read { sums in
        p.gradient.read { dkl in
          kl.read { value in
            toStudent.mutate { db in
              toTeacher.mutate { da in
                let (first, second) = (p.needs[1] ? da : nil, p.needs[0] ? db : nil)
                parallelFor(kl.count, chunk: Swift.max(1, (1 << 13) / columns)) {
                  ak_divergence_backward(
                    a, b, value, sums, dkl, first, second, columns, scale, $0, $1)
                }
              }
            }
          }
        }
      }
    }
  }
  return [p.needs[0] ? toStudent : nil, p.needs[1] ? toTeacher : nil]
}
