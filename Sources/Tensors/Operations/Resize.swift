import CKernels

/// How numbers between pixels are made.
public enum ResizeMode: String, CaseIterable, Sendable {
  /// The nearest pixel towards the origin, as PyTorch's `nearest`.
  case nearest
  /// A straight line between two neighbours along each axis.
  case bilinear
  /// A cubic through four neighbours along each axis (Keys 1981,
  /// https://doi.org/10.1109/TASSP.1981.1163711).
  case bicubic

  /// The filter at a distance from its centre; `sharpness` is Keys' a.
  func weight(_ distance: Double, sharpness a: Double) -> Double {
    let t = abs(distance)
    switch self {
    case .nearest: return t <= 0.5 ? 1 : 0
    case .bilinear: return max(0, 1 - t)
    case .bicubic:
      if t <= 1 { return ((a + 2) * t - (a + 3)) * t * t + 1 }
      return t < 2 ? ((t - 5) * t + 8) * t * a - 4 * a : 0
    }
  }
}

extension Tensor {
  /// Images N H W C at another height and width, as PyTorch's `interpolate` makes them.
  ///
  /// - Parameters:
  ///   - alignCorners: Whether the centres of the corner pixels stay where they are, instead of the
  ///     corners of the images; no difference for `nearest`.
  ///   - antialias: Widens the filter when images get smaller, so that every pixel counts; then
  ///     `alignCorners` must be off, and `nearest` is not possible.
  public func resized(
    height: Int, width: Int, mode: ResizeMode = .bilinear, alignCorners: Bool = false,
    antialias: Bool = false
  ) throws -> Tensor {
    guard rank == 4, shape[1] > 0, shape[2] > 0, height > 0, width > 0 else {
      throw ShapeError(
        "resized: a tensor \(shapeText(shape)) cannot be brought to \(height)×\(width) as images "
          + "[N, H, W, C]")
    }
    guard !antialias || (!alignCorners && mode != .nearest) else {
      throw ShapeError("resized: antialias goes with bilinear and bicubic, without alignCorners")
    }
    if height == shape[1], width == shape[2] { return self }
    return resampled(
      ResamplingAxis(
        input: shape[1], output: height, mode: mode, alignsCorners: alignCorners,
        isSmoothed: antialias),
      ResamplingAxis(
        input: shape[2], output: width, mode: mode, alignsCorners: alignCorners,
        isSmoothed: antialias),
      as: .resize(mode, alignCorners: alignCorners, antialias: antialias))
  }

  /// Linear in the images, so its gradient is the same with the tables transposed.
  private func resampled(
    _ rows: ResamplingAxis, _ columns: ResamplingAxis, as primitive: Primitive? = nil
  ) -> Tensor {
    let target = [shape[0], rows.output, columns.output, shape[3]]
    let chunk = Swift.max(1, elementChunk / Swift.max(1, columns.output * shape[3] * 4))
    let result = read { x in
      rows.withTable { rowTable in
        columns.withTable { columnTable in
          let tables = ak_resizing(
            height: rows.input, width: columns.input, channels: shape[3],
            out_height: rows.output, out_width: columns.output, rows: rowTable,
            columns: columnTable)
          return withUnsafePointer(to: tables) { tables in
            Tensor.filled(target) { y in
              parallelFor(target[0] * target[1], chunk: chunk) {
                ak_resize(tables, x, y, $0, $1)
              }
            }
          }
        }
      }
    }
    return record("resize", [self], result, as: primitive) { p in
      [p.gradient.resampled(rows.transposed, columns.transposed)]
    }
  }
}

extension ResamplingAxis {
  fileprivate func withTable<Result>(_ body: (ak_resizing_axis) -> Result) -> Result {
    starts.withUnsafeBufferPointer { starts in
      places.withUnsafeBufferPointer { places in
        weights.withUnsafeBufferPointer { weights in
          body(
            ak_resizing_axis(
              starts: starts.baseAddress, places: places.baseAddress,
              weights: weights.baseAddress))
        }
      }
    }
  }
}
