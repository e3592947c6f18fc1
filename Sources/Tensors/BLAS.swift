import CKernels
import COpenBLAS

/// OpenBLAS, called with one thread on blocks of our own: its thread pool would spin on our cores.
public enum BLAS {
  /// The kernels it chose for this processor: "Haswell", "SkylakeX", "Zen".
  public static var core: String { String(cString: openblas_get_corename()) }

  /// "0.3.29"
  public static var version: String {
    let words = String(cString: openblas_get_config()).split(separator: " ")
    return words.first { $0.contains(".") && $0.first?.isNumber == true }.map(String.init) ?? "?"
  }

  /// Whether its products agree with plain sums.
  ///
  /// Older builds choose kernels by the processor's family and compute wrong numbers on families
  /// newer than they are, so one small product is checked before the first real one. Where it is
  /// wrong, our own kernels are used.
  public static let isSound: Bool = {
    openblas_set_num_threads(1)
    return worstError() < 1e-4
  }()

  /// Whether its weight gradients are at least as fast as ours: where it uses vectors as wide as
  /// we do. With kernels for narrower vectors (an older build on a newer processor) it reaches half.
  public static let isFast: Bool = {
    let wide: Set = ["SkylakeX", "Cooperlake", "SapphireRapids"]
    return ak_isa_level() < 3 || wide.contains(core)
  }()

  /// The largest difference of a product and plain sums in double precision, relative to the
  /// largest sum. The sizes are odd, so that whole blocks and remainders are both tried.
  static func worstError() -> Double {
    let (m, n, k) = (67, 83, 131)
    let a = (0..<k * m).map { Float(($0 * 7919) % 1009) / 1009 - 0.5 }
    let b = (0..<k * n).map { Float(($0 * 104_729) % 1013) / 1013 - 0.5 }
    var c = [Float](repeating: .nan, count: m * n)
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(m), b,
      Int32(n), 0, &c, Int32(n))
    var (worst, largest) = (0.0, 0.0)
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for p in 0..<k { sum += Double(a[p * m + i]) * Double(b[p * n + j]) }
        let difference = abs(sum - Double(c[i * n + j]))
        // A NaN is as wrong as can be.
        worst = difference.isNaN ? .infinity : Swift.max(worst, difference)
        largest = Swift.max(largest, abs(sum))
      }
    }
    return worst / largest
  }

  /// aᵀ·b for a [k, m] and b [k, n]: the shape of every dense layer's weight gradient.
  ///
  /// The output is cut into four column or row blocks, whichever side is longer: as many as the
  /// shape says, never as many as there are threads, so the bits are the same for any number.
  static func transposedProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (k, m, n) = (a.shape[0], a.shape[1], b.shape[1])
    var product = Tensor(uninitialized: [m, n])
    let longer = Swift.max(m, n)
    let block = Swift.max(48, (longer / 4 + 15) / 16 * 16)
    a.read { x in
      b.read { y in
        product.mutate { z in
          parallelFor((longer + block - 1) / block, chunk: 1) { low, high in
            for index in low..<high {
              let start = index * block
              let size = Swift.min(block, longer - start)
              let (rows, columns) = m > n ? (size, n) : (m, size)
              cblas_sgemm(
                CblasRowMajor, CblasTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(k), 1,
                x + (m > n ? start : 0), Int32(m), y + (m > n ? 0 : start), Int32(n), 0,
                z + (m > n ? start * n : start), Int32(n))
            }
          }
        }
      }
    }
    return product
  }
}
