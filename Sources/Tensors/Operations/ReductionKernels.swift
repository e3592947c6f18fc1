import CKernels

/// A length of slots for sums over rows of `columns` numbers, decided by the shape alone: about
/// 32768 numbers a slot and at most 256 slots.
func slotRows(_ rows: Int, columns: Int) -> Int {
  Swift.max((1 << 15) / Swift.max(1, columns), (rows + 255) / 256, 1)
}

/// Runs of neighbouring axes that are all kept or all reduced.
private struct AxisGroups {
  var sizes: [Int] = []
  var isReduced: [Bool] = []

  init(_ shape: [Int], _ axes: Set<Int>) {
    for (axis, size) in shape.enumerated() where size != 1 {
      let reduced = axes.contains(axis)
      if isReduced.last == reduced {
        sizes[sizes.count - 1] *= size
      } else {
        sizes.append(size)
        isReduced.append(reduced)
      }
    }
  }
}

extension Tensor {
  /// scale · op over the axes, off the tape, as a flat tensor of what is left.
  func reducedFlat(_ op: ak_reduce_op, _ axes: Set<Int>, scale: Double = 1) -> Tensor {
    var groups = AxisGroups(shape, axes)
    guard groups.isReduced.contains(true) else {
      let values = op == AK_SUM_OF_SQUARES ? mapped(AK_UNARY_SQUARE) : detached
      return scale == 1 ? values : values.mapped(AK_UNARY_AFFINE, Float(scale), 0)
    }
    var current = self
    var step = op
    while let index = groups.isReduced.lastIndex(of: true) {
      let last = groups.isReduced.filter { $0 }.count == 1
      let rows = groups.sizes[index]
      let outer = groups.sizes[..<index].reduce(1, *)
      let columns = groups.sizes[(index + 1)...].reduce(1, *)
      current = current.reducedMiddle(
        step, outer: outer, rows: rows, columns: columns, scale: last ? scale : 1)
      // Squares are taken once.
      if step == AK_SUM_OF_SQUARES { step = AK_SUM }
      groups.sizes.remove(at: index)
      groups.isReduced.remove(at: index)
    }
    return current
  }

  /// The middle of [outer, rows, columns] reduced: a flat tensor [outer·columns].
  private func reducedMiddle(
    _ op: ak_reduce_op, outer: Int, rows: Int, columns: Int, scale: Double
  ) -> Tensor {
    let code = Int32(op.rawValue)
    guard count > 0 else { return Tensor(zeros: [outer * columns]) }
    let slot = slotRows(rows, columns: columns)
    let slots = (rows + slot - 1) / slot
    let items = outer * slots
    let chunk = Swift.max(1, (1 << 15) / (Swift.min(slot, rows) * columns))
    return DoubleScratch(count: items * columns).use { partial in
      read { x in
        parallelFor(items, chunk: chunk) { low, high in
          if columns == 1 {
            ak_reduce_rows(code, x, rows, slot, slots, partial, low, high)
          } else {
            ak_reduce_columns(code, x, rows, columns, slot, slots, partial, low, high)
          }
        }
      }
      return Tensor.filled([outer * columns]) { y in
        parallelFor(outer * columns, chunk: 1 << 12) { low, high in
          ak_reduce_finish(code, partial, slots, columns, scale, y, low, high)
        }
      }
    }
  }

  /// Σ x·y in double.
  public func dot(_ other: Tensor) throws -> Double {
    guard shape == other.shape else {
      throw ShapeError(
        "dot: the shapes \(shapeText(shape)) and \(shapeText(other.shape)) are not the same")
    }
    let slot = 1 << 15
    let slots = (count + slot - 1) / slot
    return DoubleScratch(count: Swift.max(1, slots)).use { partial in
      read { a in
        other.read { b in
          parallelFor(slots, chunk: 1) { low, high in
            ak_dot(a, b, count, slot, partial, low, high)
          }
        }
      }
      return (0..<slots).reduce(0) { $0 + partial[$1] }
    }
  }

  /// Σ x² in double: for norms and clipping.
  public var squaredNorm: Double { (try? dot(self)) ?? 0 }

  /// The place of the largest number of each row along the last axis, the first of equals.
  public func argmax() throws -> Labels {
    guard let columns = shape.last, columns > 0 else {
      throw ShapeError("argmax: a tensor \(shapeText(shape)) has no row to choose from")
    }
    let rows = count / columns
    var places = [Int32](repeating: 0, count: rows)
    read { x in
      places.withUnsafeMutableBufferPointer { buffer in
        guard let y = buffer.baseAddress else { return }
        // A pointer that crosses to other threads; each writes its own rows.
        nonisolated(unsafe) let out = y
        parallelFor(rows, chunk: Swift.max(1, elementChunk / columns)) { low, high in
          ak_argmax_rows(x, out, columns, low, high)
        }
      }
    }
    return try Labels(places, Array(shape.dropLast()))
  }
}
