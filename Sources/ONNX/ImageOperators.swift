import Tensors

/// Operators of images: other sizes, pixels into channels and back.
let imageOperators: [String: OnnxOperator] = [
  "Resize": { call in try call.resize(scales: 2, sizes: 3) },
  "Upsample": { call in try call.resize(scales: 1, sizes: nil) },
  "DepthToSpace": { call in
    let (x, block) = try call.blocks()
    let shape = x.shape
    guard shape[3] % (block * block) == 0 else {
      throw call.problem("\(shape[3]) channels are not \(block)² parts")
    }
    let channels = shape[3] / (block * block)
    let isDepthFirst = try call.text("mode", default: "DCR") == "DCR"
    let parts = isDepthFirst ? [block, block, channels] : [channels, block, block]
    let cut = try x.reshaped([shape[0], shape[1], shape[2]] + parts)
    let turned = try cut.transposed(isDepthFirst ? [0, 1, 3, 2, 4, 5] : [0, 1, 4, 2, 5, 3])
    return [
      .numbers(
        OnnxTensor(
          images: try turned.reshaped([
            shape[0], shape[1] * block, shape[2] * block, channels,
          ])))
    ]
  },
  "SpaceToDepth": { call in
    let (x, block) = try call.blocks()
    let shape = x.shape
    guard shape[1] % block == 0, shape[2] % block == 0 else {
      throw call.problem("images \(shapeText(shape)) are not made of blocks of \(block)²")
    }
    let (height, width) = (shape[1] / block, shape[2] / block)
    let cut = try x.reshaped([shape[0], height, block, width, block, shape[3]])
    return [
      .numbers(
        OnnxTensor(
          images: try cut.transposed([0, 1, 3, 2, 4, 5]).reshaped([
            shape[0], height, width, block * block * shape[3],
          ])))
    ]
  },
]

extension OnnxCall {
  fileprivate func blocks() throws -> (Tensor, Int) {
    let block = try integer("blocksize", default: 0)
    let x = try numbers(0)
    guard x.rank == 4, block > 0, block < 1 << 16 else {
      throw problem("needs images [N, C, H, W] and a block size")
    }
    return (try x.images(), block)
  }

  fileprivate func resize(scales: Int, sizes: Int?) throws -> [OnnxValue] {
    let x = try numbers(0)
    guard x.rank == 4 else { throw problem("needs images [N, C, H, W]") }
    let shape = x.shape
    var target: [Int]
    if let sizes, let given = try optionalIntegers(sizes)?.values, !given.isEmpty {
      target = given
    } else if let factors = try optionalNumbers(scales)?.tensor.values, factors.count == 4,
      factors.allSatisfy({ $0 > 0 && $0 < 65_536 })
    {
      target = zip(shape, factors).map { Int((Float($0) * $1).rounded(.down)) }
    } else {
      throw problem("says no size")
    }
    guard target.count == 4, target[0] == shape[0], target[1] == shape[1] else {
      throw problem("the size \(target) does not fit images \(shapeText(shape))")
    }
    target = try checked(target)
    let place = try text("coordinate_transformation_mode", default: "half_pixel")
    let name = try text("mode", default: "nearest")
    let mode: ResizeMode
    switch name {
    case "nearest":
      let rounding = try text("nearest_mode", default: "round_prefer_floor")
      let grows = target[2] % max(1, shape[2]) == 0 && target[3] % max(1, shape[3]) == 0
      // Whole factors: every rule picks the pixel that the point lies in, apart from rules that
      // round another way.
      guard (place == "asymmetric" && rounding == "floor") || (grows && place == "half_pixel")
      else { throw problem("nearest by '\(place)' and '\(rounding)' is not supported") }
      mode = .nearest
    case "linear": mode = .bilinear
    case "cubic":
      guard try number("cubic_coeff_a", default: -0.75) == -0.75 else {
        throw problem("'cubic_coeff_a' must be −0.75")
      }
      mode = .bicubic
    default: throw problem("the mode '\(name)' is not supported")
    }
    let isCornered = place == "align_corners"
    guard
      name == "nearest" || isCornered || place == "half_pixel"
        || (place == "pytorch_half_pixel" && target[2] > 1 && target[3] > 1)
    else { throw problem("'\(place)' is not supported") }
    let resized = try x.images().resized(
      height: target[2], width: target[3], mode: mode, alignCorners: isCornered,
      antialias: try integer("antialias", default: 0) != 0)
    return [.numbers(OnnxTensor(images: resized))]
  }
}
