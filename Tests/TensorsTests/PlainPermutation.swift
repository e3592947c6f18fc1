@testable import Tensors

extension Tensor {
  /// The axes in another order by plain loops, to hold the kernels against.
  func permutedPlainly(_ axes: [Int]) -> Tensor {
    var strides = Array(repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let newShape = axes.map { shape[$0] }
    let newStrides = axes.map { strides[$0] }
    var result = Tensor(uninitialized: newShape)
    var index = Array(repeating: 0, count: rank)
    read { source in
      result.mutate { target in
        var offset = 0
        for position in 0..<count {
          target[position] = source[offset]
          var axis = rank - 1
          while axis >= 0 {
            index[axis] += 1
            offset += newStrides[axis]
            if index[axis] < newShape[axis] { break }
            offset -= newStrides[axis] * newShape[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
    return result
  }
}
