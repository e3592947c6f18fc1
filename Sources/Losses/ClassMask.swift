import Tensors

/// Which class every pixel of a map has.
struct ClassMask {
  /// [N, H·W, K]: 1 at the pixel's class; rows of zeros where the label does not count.
  let members: Tensor
  /// [N, H·W]: 1 where the label counts, else 0.
  let counted: Tensor

  /// - Parameters:
  ///   - labels: A mask N H W of any size; nearest pixels are taken.
  ///   - map: N h w C.
  init(_ labels: Labels, _ classes: Int, like map: Tensor) throws {
    let (count, height, width) = (map.shape[0], map.shape[1], map.shape[2])
    let (from, across) = (labels.shape[1], labels.shape[2])
    guard labels.shape[0] == count else {
      throw ShapeError(
        "masks \(shapeText(labels.shape)) do not fit maps \(shapeText(map.shape))")
    }
    var members = [Float](repeating: 0, count: count * height * width * classes)
    var counted = [Float](repeating: 0, count: count * height * width)
    for image in 0..<count {
      for row in 0..<height {
        for column in 0..<width {
          let place = (image * height + row) * width + column
          let source = (image * from + row * from / height) * across + column * across / width
          let label = labels.values[source]
          if label == CrossEntropy.ignored { continue }
          guard label >= 0, Int(label) < classes else {
            throw ShapeError("label \(label) is not in 0 ..< \(classes)")
          }
          members[place * classes + Int(label)] = 1
          counted[place] = 1
        }
      }
    }
    self.members = try Tensor(members, [count, height * width, classes])
    self.counted = try Tensor(counted, [count, height * width])
  }

  /// The cosine of each pixel's feature N H W C and the mean of its class in its image: [N, H·W].
  func similarities(_ map: Tensor) throws -> Tensor {
    let (count, channels) = (map.shape[0], map.shape[3])
    let features = try map.reshaped([count, map.shape[1] * map.shape[2], channels])
    let sizes = try members.sum(axes: [1]).reshaped([count, members.shape[2], 1])
    let means = try matmul(members, features, transposeA: true) / (sizes + 1e-6)
    let centres = try matmul(members, means)
    let product = try (features * centres).sum(axes: [2])
    let norms = try features.square().sum(axes: [2]) * centres.square().sum(axes: [2])
    // Not in front of the root of zero, whose slope is infinite.
    return try product / (norms + 1e-16).squareRoot()
  }
}
