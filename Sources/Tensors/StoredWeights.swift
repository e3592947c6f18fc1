import CKernels

/// How a file writes a number that is widened here without a step between.
public enum StoredNumber: Sendable {
  case float32, float16, bfloat16, float64, int64

  private var code: Int32 {
    let kind =
      switch self {
      case .float32: ak_number_f32
      case .float16: ak_number_f16
      case .bfloat16: ak_number_bf16
      case .float64: ak_number_f64
      case .int64: ak_number_i64
      }
    return Int32(kind.rawValue)
  }

  /// Writes `count` numbers of a file as floats, on all threads.
  public func widen(
    _ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    parallelFor(count, chunk: 1 << 17) { low, high in
      ak_widen(source, code, target, low, high)
    }
  }

  /// One pass from the bytes of a file to a tensor in the layout of `layout`.
  fileprivate func tensor(
    _ source: UnsafeRawPointer, outputs: Int, inputs: Int, kernel: Int, shape: [Int]
  ) -> Tensor {
    Tensor.filled(shape) { target in
      // About a quarter of a megabyte a piece.
      let chunk = max(1, (1 << 16) / max(1, inputs * kernel * 32))
      parallelFor((outputs + 31) / 32, chunk: chunk) { low, high in
        ak_weights(source, code, target, outputs, inputs, kernel, low, high)
      }
    }
  }
}

extension Layout {
  /// Numbers of a file, in a checkpoint's order and at any address, as a tensor here.
  ///
  /// - Parameter source: As many numbers as `shape`, which is the checkpoint's.
  public func tensor(
    fromCheckpoint source: UnsafeRawPointer, _ number: StoredNumber, _ shape: [Int]
  ) -> Tensor {
    let own = self.shape(fromCheckpoint: shape)
    switch self {
    case .plain:
      return Tensor.filled(own) { number.widen(source, into: $0, count: own.elementCount) }
    case .dense:
      return number.tensor(source, outputs: shape[0], inputs: shape[1], kernel: 1, shape: own)
    case .convolution:
      return number.tensor(
        source, outputs: shape[0], inputs: shape[1], kernel: shape[2] * shape[3], shape: own)
    }
  }
}
