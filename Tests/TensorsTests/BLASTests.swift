import Testing

@testable import Tensors

@Suite("OpenBLAS")
struct BLASTests {
  @Test func isCheckedBeforeItIsTrusted() {
    #expect(BLAS.isSound == (BLAS.worstError() < 1e-4))
    #expect(!BLAS.core.isEmpty)
  }

  /// aᵀ·b by blocks of columns or rows, odd sizes among them, against our own product.
  @Test(arguments: [[1, 1, 1], [3, 5, 7], [40, 200, 65], [17, 33, 301], [100, 129, 128]])
  func weightGradients(sizes: [Int]) throws {
    // Where the installed library is wrong, nothing calls it.
    guard BLAS.isSound else { return }
    let (k, m, n) = (sizes[0], sizes[1], sizes[2])
    let a = MultilinearCheck.numbers([k, m], "blas a \(sizes)")
    let b = MultilinearCheck.numbers([k, n], "blas b \(sizes)")
    let found = BLAS.transposedProduct(a, b)
    let expected = try matmul(try a.transposed(), b)
    #expect(isClose(found, expected, relative: 1e-4, absolute: 1e-5))
    try checkThreads { [BLAS.transposedProduct(a, b)] }
  }
}
