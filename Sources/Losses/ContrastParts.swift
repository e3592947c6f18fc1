import Layers
import Tensors

/// Heads and memories of contrastive distillation.
final class ContrastParts: Module {
  let studentHead: Linear
  let teacherHead: Linear
  /// A unit embedding of every training sample, n D.
  let studentBank: Buffer
  let teacherBank: Buffer
  /// The class of every sample that has been seen, −1 of the others.
  let labels: Buffer
  let samples: Int

  init(student: Int, teacher: Int, width: Int, samples: Int, seed: UInt64) {
    self.samples = samples
    studentHead = Linear(student, width)
    teacherHead = Linear(teacher, width)
    // About unit length from the start.
    let bound = (3 / Float(width)).squareRoot()
    func bank(_ name: String) -> Buffer {
      Buffer(
        Random.uniform(
          [samples, width], in: -bound..<bound, seed: seed, stream: Random.stream("crd", name)))
    }
    studentBank = bank("student")
    teacherBank = bank("teacher")
    labels = Buffer(Tensor(repeating: -1, [samples]))
  }

  func embed(_ feature: Tensor, by head: Linear, _ context: Context) throws -> Tensor {
    try head(try feature.pooledRows(), context).unitRows()
  }

  /// For each sample of the batch itself and `count` others, N 1+count: drawn anew by (seed, step)
  /// from all samples that are not known to be of its class.
  func contrasts(_ input: LossInput, count: Int) throws -> Labels {
    let (batch, context) = (input.samples, input.context)
    guard batch.allSatisfy({ (0..<samples).contains($0) }) else {
      throw ShapeError("'crd' has a memory of \(samples) samples, and the batch has others")
    }
    var classes = labels.value.values
    if input.labels.count == batch.count {
      for (sample, label) in zip(batch, input.labels.values) { classes[sample] = Float(label) }
    }
    let words = Random.words(
      0..<(batch.count * count), seed: context.seed, stream: Random.stream("crd", context.step))
    var drawn: [Int32] = []
    drawn.reserveCapacity(batch.count * (count + 1))
    for (row, sample) in batch.enumerated() {
      drawn.append(Int32(sample))
      let own = classes[sample]
      for index in (row * count)..<((row + 1) * count) {
        drawn.append(Int32(other(than: sample, of: own, classes, words[index])))
      }
    }
    return try Labels(drawn, [batch.count, count + 1])
  }

  /// A sample by a random word that is another one and not known to be of the same class; of the same
  /// class where 32 draws find no other.
  private func other(
    than sample: Int, of label: Float, _ classes: [Float], _ word: UInt32
  ) -> Int {
    var word = word
    var place = sample
    for _ in 0..<32 {
      let found = Int((UInt64(word) &* UInt64(samples)) >> 32)
      if found != sample {
        place = found
        if label < 0 || classes[found] != label { return found }
      }
      // The next of a sequence of full period (Knuth and Lewis).
      word = word &* 1_664_525 &+ 1_013_904_223
    }
    return place == sample ? (sample + 1) % samples : place
  }

  /// Moves the rows of the batch's samples towards their embeddings and notes their classes.
  func remember(
    _ student: Tensor, _ teacher: Tensor, of input: LossInput, momentum: Float
  ) throws {
    for (bank, embedding) in [(studentBank, student), (teacherBank, teacher)] {
      let rows = try Labels(input.samples.map { Int32($0) }, [input.samples.count])
      let old = try bank.value.gathered(rows)
      let new = try (old * momentum + embedding.detached * (1 - momentum)).unitRows()
      let width = new.shape[1]
      new.read { source in
        bank.value.mutate { target in
          for (row, sample) in input.samples.enumerated() {
            for index in 0..<width { target[sample * width + index] = source[row * width + index] }
          }
        }
      }
    }
    guard input.labels.count == input.samples.count else { return }
    labels.value.mutate { target in
      for (sample, label) in zip(input.samples, input.labels.values) {
        target[sample] = Float(label)
      }
    }
  }
}
