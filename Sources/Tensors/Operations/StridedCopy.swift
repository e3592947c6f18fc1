import CKernels

/// A walk over two blocks of memory at once.
struct StridedWalk {
  private(set) var sizes: [Int] = []
  private(set) var from: [Int] = []
  private(set) var to: [Int] = []

  /// Joins neighbouring axes that both sides walk through as one.
  init(sizes: [Int], from: [Int], to: [Int]) {
    for axis in sizes.indices where sizes[axis] != 1 {
      let size = sizes[axis]
      if let last = self.sizes.indices.last, self.from[last] == from[axis] * size,
        self.to[last] == to[axis] * size
      {
        self.sizes[last] *= size
        self.from[last] = from[axis]
        self.to[last] = to[axis]
      } else {
        self.sizes.append(size)
        self.from.append(from[axis])
        self.to.append(to[axis])
      }
    }
    if self.sizes.isEmpty { (self.sizes, self.from, self.to) = ([1], [1], [1]) }
  }

  /// Copies; axes beyond what a kernel takes are walked here.
  func copy(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
    guard sizes.elementCount > 0 else { return }
    let limit = Int(AK_MAX_RANK)
    if sizes.count > limit {
      var rest = self
      let (size, stepFrom, stepTo) = (sizes[0], from[0], to[0])
      rest.sizes.removeFirst()
      rest.from.removeFirst()
      rest.to.removeFirst()
      for index in 0..<size { rest.copy(source + index * stepFrom, target + index * stepTo) }
      return
    }
    let runs = sizes.dropLast().reduce(1, *)
    let width = sizes.last ?? 1
    parallelFor(runs, chunk: max(1, elementChunk / max(1, width))) { low, high in
      ak_copy_strided(sizes.count, sizes, source, from, target, to, low, high)
    }
  }
}

extension Tensor {
  /// A contiguous tensor of `sizes` read with the given strides from a place of this one, off the
  /// tape.
  func copied(sizes: [Int], strides: [Int], from offset: Int = 0) -> Tensor {
    let walk = StridedWalk(sizes: sizes, from: strides, to: rowStrides(sizes))
    return read { source in
      Tensor.filled(sizes) { target in walk.copy(source + offset, target) }
    }
  }
}
