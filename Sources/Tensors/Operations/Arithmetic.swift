import CKernels

// Arithmetic with NumPy's broadcasting: axes are matched from the last one back, and those of size
// 1, or missing, are repeated. Gradients are summed back to the operand's shape. All of it is
// marked as throwing, also with a single number, so that expressions read alike.

extension Tensor {
  public static func + (a: Tensor, b: Tensor) throws -> Tensor {
    record("add", [a, b], try combined(AK_ADD, a, b, "+"), as: .binary(.add)) { p in
      [
        p.needs[0] ? try p.gradient.summed(to: p.inputs[0].shape) : nil,
        p.needs[1] ? try p.gradient.summed(to: p.inputs[1].shape) : nil,
      ]
    }
  }

  public static func - (a: Tensor, b: Tensor) throws -> Tensor {
    record(
      "subtract", [a, b], try combined(AK_SUBTRACT, a, b, "-"), as: .binary(.subtract)
    ) { p in
      [
        p.needs[0] ? try p.gradient.summed(to: p.inputs[0].shape) : nil,
        p.needs[1] ? try (-p.gradient).summed(to: p.inputs[1].shape) : nil,
      ]
    }
  }

  public static func * (a: Tensor, b: Tensor) throws -> Tensor {
    record(
      "multiply", [a, b], try combined(AK_MULTIPLY, a, b, "*"), as: .binary(.multiply)
    ) { p in
      let (x, y) = (p.inputs[0], p.inputs[1])
      if !p.isDifferentiable, let both = gateGradients(p) { return both }
      return [
        p.needs[0] ? try (p.gradient * y).summed(to: x.shape) : nil,
        p.needs[1] ? try (p.gradient * x).summed(to: y.shape) : nil,
      ]
    }
  }

  public static func / (a: Tensor, b: Tensor) throws -> Tensor {
    record("divide", [a, b], try combined(AK_DIVIDE, a, b, "/"), as: .binary(.divide)) { p in
      let (x, y) = (p.inputs[0], p.inputs[1])
      return [
        p.needs[0] ? try (p.gradient / y).summed(to: x.shape) : nil,
        p.needs[1] ? try (-(p.gradient * (x / y)) / y).summed(to: y.shape) : nil,
      ]
    }
  }

  public static func + (a: Tensor, b: Float) throws -> Tensor {
    record("add", [a], combined(AK_ADD, a, b), as: .unary(.affine, 1, b)) { [$0.gradient] }
  }

  public static func + (a: Float, b: Tensor) throws -> Tensor { try b + a }

  public static func - (a: Tensor, b: Float) throws -> Tensor {
    record("subtract", [a], combined(AK_SUBTRACT, a, b), as: .unary(.affine, 1, -b)) {
      [$0.gradient]
    }
  }

  public static func - (a: Float, b: Tensor) throws -> Tensor {
    record("subtract", [b], combined(AK_SUBTRACT, a, b), as: .unary(.affine, -1, a)) {
      [-$0.gradient]
    }
  }

  public static func * (a: Tensor, b: Float) throws -> Tensor {
    record("multiply", [a], combined(AK_MULTIPLY, a, b), as: .unary(.affine, b, 0)) {
      [try $0.gradient * b]
    }
  }

  public static func * (a: Float, b: Tensor) throws -> Tensor { try b * a }

  public static func / (a: Tensor, b: Float) throws -> Tensor {
    record(
      "divide", [a], combined(AK_DIVIDE, a, b), as: .binary(.divide), operands: [a, Tensor(b)]
    ) { [try $0.gradient / b] }
  }

  public static func / (a: Float, b: Tensor) throws -> Tensor {
    record(
      "divide", [b], combined(AK_DIVIDE, a, b), savesOutput: true, as: .binary(.divide),
      operands: [Tensor(a), b]
    ) { p in
      [try -(p.gradient * p.output) / p.inputs[0]]
    }
  }
}

/// The larger of two numbers, NaN if either is; where they are equal each gets half the gradient.
public func maximum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  record(
    "maximum", [a, b], try combined(AK_MAXIMUM, a, b, "maximum"), as: .binary(.maximum)
  ) { p in
    try extremeGradients(p, isMaximum: true)
  }
}

/// The smaller of two numbers, NaN if either is; where they are equal each gets half the gradient.
public func minimum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  record(
    "minimum", [a, b], try combined(AK_MINIMUM, a, b, "minimum"), as: .binary(.minimum)
  ) { p in
    try extremeGradients(p, isMaximum: false)
  }
}

private func extremeGradients(_ p: Pullback, isMaximum: Bool) throws -> [Tensor?] {
  let (a, b) = (p.inputs[0].detached, p.inputs[1].detached)
  let larger = try combined(AK_GREATER, isMaximum ? a : b, isMaximum ? b : a, "maximum")
  let share = try larger + combined(AK_EQUAL, a, b, "maximum") * 0.5
  return [
    p.needs[0] ? try (p.gradient * share).summed(to: a.shape) : nil,
    p.needs[1] ? try (p.gradient * (1 - share)).summed(to: b.shape) : nil,
  ]
}

extension Tensor {
  /// 1 where this is greater, else 0; a constant of the tape.
  public func isGreater(than other: Tensor) throws -> Tensor {
    note(
      "isGreater", [self, other], try combined(AK_GREATER, self, other, "isGreater"),
      as: .binary(.greater))
  }

  /// 1 where both are equal, else 0; a constant of the tape.
  public func isEqual(to other: Tensor) throws -> Tensor {
    note(
      "isEqual", [self, other], try combined(AK_EQUAL, self, other, "isEqual"),
      as: .binary(.equal))
  }

  /// a where the mask is not 0, else b; all of one shape. A NaN that is not chosen stays out.
  public static func select(_ mask: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard mask.shape == a.shape, a.shape == b.shape else {
      throw ShapeError(
        "select: needs one shape, got \(shapeText(mask.shape)), \(shapeText(a.shape)) and "
          + shapeText(b.shape))
    }
    let fixed = mask.detached
    let result = fixed.read { m in
      a.read { x in
        b.read { y in
          Tensor.filled(a.shape) { out in
            parallelFor(a.count, chunk: elementChunk) { low, high in
              ak_select(m, x, y, out, low, high)
            }
          }
        }
      }
    }
    return record("select", [a, b], result, as: .select, operands: [mask, a, b]) { p in
      let zero = Tensor(zeros: p.gradient.shape)
      return [
        p.needs[0] ? try select(fixed, p.gradient, zero) : nil,
        p.needs[1] ? try select(fixed, zero, p.gradient) : nil,
      ]
    }
  }
}
