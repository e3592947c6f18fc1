import CKernels

/// The largest number of each window of images N H W C; padding counts as −∞.
///
/// - Parameters:
///   - stride: The kernel's size where none is given.
///   - ceilMode: Adds a last window that starts inside the image and ends beyond it, as in PyTorch.
public func maxPool(
  _ x: Tensor, kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false
) throws -> Tensor {
  let windows = try PoolingWindows(
    x, kernel: kernel, stride: stride ?? kernel, padding: padding, ceilMode: ceilMode,
    countsPadding: false, operation: "maxPool")
  return largest(
    x, windows,
    as: .maxPool(
      PoolingWindow(kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode)))
}

/// The largest number of each patch of images N H W C that are cut into patches side by side; the last
/// ones end with the image.
///
/// It is no part of a network: a trace does not take it.
public func maxPool(_ x: Tensor, patchHeight: Int, patchWidth: Int) throws -> Tensor {
  largest(
    x, try PoolingWindows(x, patches: patchHeight, patchWidth, operation: "maxPool"), as: nil)
}

/// The largest number of windows that share the image evenly, `height`×`width` of them (PyTorch's
/// `AdaptiveMaxPool2d`).
public func adaptiveMaxPool(_ x: Tensor, height: Int, width: Int) throws -> Tensor {
  largest(
    x, try PoolingWindows(x, adaptiveTo: height, width, operation: "adaptiveMaxPool"),
    as: .adaptiveMaxPool)
}

private func largest(
  _ x: Tensor, _ windows: PoolingWindows, as primitive: Primitive?
) -> Tensor {
  // Only a gradient asks which places were chosen.
  guard x.isTracked else {
    return record("maxPool", [x], largest(x, windows, places: nil), as: primitive) { _ in [] }
  }
  let places = PlaceScratch(count: windows.outputShape.elementCount)
  let result = largest(x, windows, places: places)
  return record("maxPool", [x], result, as: primitive) { p in
    [spread(p.gradient, windows, places)]
  }
}

private func largest(_ x: Tensor, _ windows: PoolingWindows, places: PlaceScratch?) -> Tensor {
  windows.withTables { tables in
    x.read { source in
      Tensor.filled(windows.outputShape) { y in
        parallelFor(windows.outputRows, chunk: windows.outputChunk) {
          ak_max_pool(tables, source, y, places?.pointer, $0, $1)
        }
      }
    }
  }
}

/// The gradient of max pooling: every number goes to the place it came from.
private func spread(
  _ gradient: Tensor, _ windows: PoolingWindows, _ places: PlaceScratch
) -> Tensor {
  let result = windows.withTables { tables in
    gradient.read { dy in
      Tensor.filled(windows.inputShape) { dx in
        parallelFor(windows.inputRows, chunk: windows.inputChunk) {
          ak_max_pool_backward(tables, dy, places.pointer, dx, $0, $1)
        }
      }
    }
  }
  return record("maxPoolGradient", [gradient], result) { p in
    [fetch(p.gradient, windows, places)]
  }
}

/// Images read at the places that a max pooling chose.
private func fetch(
  _ images: Tensor, _ windows: PoolingWindows, _ places: PlaceScratch
) -> Tensor {
  let result = windows.withTables { tables in
    images.read { x in
      Tensor.filled(windows.outputShape) { y in
        parallelFor(windows.outputRows, chunk: windows.outputChunk) {
          ak_pool_gather(tables, x, places.pointer, y, $0, $1)
        }
      }
    }
  }
  return record("maxPoolFetch", [images], result) { p in
    [spread(p.gradient, windows, places)]
  }
}

/// The mean of each window of images N H W C.
///
/// - Parameters:
///   - stride: The kernel's size where none is given.
///   - ceilMode: Adds a last window that starts inside the image and ends beyond it, as in PyTorch.
///   - countsPadding: Whether padding counts as zeros in the mean (PyTorch's
///     `count_include_pad`) or not at all.
public func averagePool(
  _ x: Tensor, kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false,
  countsPadding: Bool = true
) throws -> Tensor {
  averaged(
    x,
    try PoolingWindows(
      x, kernel: kernel, stride: stride ?? kernel, padding: padding, ceilMode: ceilMode,
      countsPadding: countsPadding, operation: "averagePool"),
    as: .averagePool(
      PoolingWindow(
        kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode,
        countsPadding: countsPadding)))
}

/// The mean of windows that share the image evenly, `height`×`width` of them (PyTorch's
/// `AdaptiveAvgPool2d`).
public func adaptiveAveragePool(_ x: Tensor, height: Int, width: Int) throws -> Tensor {
  averaged(
    x,
    try PoolingWindows(
      x, adaptiveTo: height, width, operation: "adaptiveAveragePool"),
    as: .adaptiveAveragePool)
}

/// The mean over all pixels: N H W C → N C.
public func globalAveragePool(_ x: Tensor) throws -> Tensor {
  guard x.rank == 4 else {
    throw ShapeError(
      "globalAveragePool: needs images [N, H, W, C], got a tensor \(shapeText(x.shape))")
  }
  return try x.mean(axes: [1, 2])
}

private func averaged(
  _ x: Tensor, _ windows: PoolingWindows, as primitive: Primitive? = nil
) -> Tensor {
  let result = windows.withTables { tables in
    x.read { source in
      Tensor.filled(windows.outputShape) { y in
        parallelFor(windows.outputRows, chunk: windows.outputChunk) {
          ak_average_pool(tables, source, y, $0, $1)
        }
      }
    }
  }
  return record("averagePool", [x], result, as: primitive) { p in
    [shared(p.gradient, windows)]
  }
}

/// The gradient of average pooling: every number is shared among its window's pixels.
private func shared(_ gradient: Tensor, _ windows: PoolingWindows) -> Tensor {
  let result = windows.withTables { tables in
    gradient.read { dy in
      Tensor.filled(windows.inputShape) { dx in
        parallelFor(windows.inputRows, chunk: windows.inputChunk) {
          ak_average_pool_backward(tables, dy, dx, $0, $1)
        }
      }
    }
  }
  return record("averagePoolGradient", [gradient], result) { p in
    [averaged(p.gradient, windows)]
  }
}
