import Catalog
public import Tensors

/// The shape N H W C of a feature seen as a map: a map as it is; tokens N T D as their grid, without
/// the class and distillation tokens in front of it; a vector N D as one pixel.
///
/// Throws where tokens form no square grid.
public func mapShape(_ shape: [Int]) throws -> [Int] {
  switch shape.count {
  case 4: return shape
  case 2: return [shape[0], 1, 1, shape[1]]
  case 3:
    let side = gridSide(tokens: shape[1])
    guard side > 0, shape[1] - side * side <= 2 else {
      throw ShapeError(
        "tokens \(shapeText(shape)) form no square grid",
        path: "")
    }
    return [shape[0], side, side, shape[2]]
  default:
    throw ShapeError(
      "a feature \(shapeText(shape)) is no map [N, H, W, C], no tokens [N, T, D] and no vector "
        + "[N, D]")
  }
}

/// The largest square grid that so many tokens fill.
private func gridSide(tokens: Int) -> Int {
  var side = 0
  while (side + 1) * (side + 1) <= tokens { side += 1 }
  return side
}

/// A feature seen as a map N H W C, as `mapShape` says.
public func featureMap(_ x: Tensor) throws -> Tensor {
  let shape = try mapShape(x.shape)
  guard x.rank == 3 else { return try x.reshaped(shape) }
  let extra = x.shape[1] - shape[1] * shape[2]
  return try x.slice(extra..<x.shape[1], axis: 1).reshaped(shape)
}

/// A map at most as large as this: the mean of windows that share it evenly.
func shrunk(_ map: Tensor, height: Int, width: Int) throws -> Tensor {
  let (high, wide) = (min(map.shape[1], height), min(map.shape[2], width))
  guard high < map.shape[1] || wide < map.shape[2] else { return map }
  return try adaptiveAveragePool(map, height: high, width: wide)
}

extension LossInput {
  /// Both features of every pair as maps of one size: the larger one is averaged down to the smaller.
  func maps(for loss: String) throws -> [(student: Tensor, teacher: Tensor)] {
    try features(for: loss).map { pair in
      let (student, teacher) = (try featureMap(pair.student), try featureMap(pair.teacher))
      guard student.shape[0] == teacher.shape[0] else {
        throw featuresDisagree(loss, student, teacher)
      }
      return (
        try shrunk(student, height: teacher.shape[1], width: teacher.shape[2]),
        try shrunk(teacher, height: student.shape[1], width: student.shape[2])
      )
    }
  }
}

func featuresDisagree(_ loss: String, _ student: Tensor, _ teacher: Tensor) -> ShapeError {
  ShapeError(
    "'\(loss)' cannot compare features of the student \(shapeText(student.shape)) and of the "
      + "teacher \(shapeText(teacher.shape))")
}

extension LossInput {
  /// `maps` for a loss on patterns over pixels, which says nothing of maps of one pixel: it is 0 there
  /// whatever they hold. One pair at least must have more.
  func patterns(for loss: String) throws -> [(student: Tensor, teacher: Tensor)] {
    let maps = try maps(for: loss)
    guard maps.contains(where: { $0.student.shape[1] * $0.student.shape[2] > 1 }) else {
      throw Failure(
        .shape, "'\(loss)' compares maps of several pixels, and these features have one at most",
        advice: "name maps with on=[[\"student's\", \"teacher's\"]], or take a loss on vectors: "
          + "fitnet, crd, rkd")
    }
    return maps
  }
}
