import Layers
import Tensors

/// A linear embedding of the student's and one of the teacher's features for every pair.
final class PairedEmbeddings: Module {
  let student: [Linear]
  let teacher: [Linear]

  /// - Parameter pairs: Widths of the student's and the teacher's features.
  init(_ pairs: [(student: Int, teacher: Int)], width: Int) {
    student = pairs.map { Linear($0.student, width) }
    teacher = pairs.map { Linear($0.teacher, width) }
  }

  /// One pair's features N D as embeddings N width.
  func callAsFunction(
    _ index: Int, _ a: Tensor, _ b: Tensor, _ context: Context
  ) throws -> (student: Tensor, teacher: Tensor) {
    (try student[index](a, context), try teacher[index](b, context))
  }
}
