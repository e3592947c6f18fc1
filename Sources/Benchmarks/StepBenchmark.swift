import Catalog
import Datasets
import Images
import Losses
import Models
import Optimizers
import Tensors
import Training

/// One distillation step of known networks and sizes: the rows of the performance table. A PSPNet's
/// is the whole step of structured distillation: five terms, and a step of the critic.
public struct StepBenchmark: Sendable {
  /// `resnet18<-resnet34@224`
  public let name: String
  let student: String
  let teacher: String
  public let batch: Int
  public let size: Int
  let classes: Int

  public static let all: [StepBenchmark] = [
    StepBenchmark("resnet18", "resnet34", 16, 224, 1000),
    StepBenchmark("resnet18", "resnet34", 128, 32, 10),
    StepBenchmark("mobilenetv3_large_100", "resnet18", 16, 224, 1000),
    StepBenchmark("vit_tiny", "vit_small", 16, 224, 1000),
    StepBenchmark("mixer_s16", "resnet18", 8, 224, 1000),
    StepBenchmark("resnet8x4", "resnet32x4", 64, 32, 100),
    StepBenchmark("pspnet_resnet8", "pspnet_resnet8x4", 8, 128, 11),
    StepBenchmark("pspnet_resnet18", "pspnet_resnet50", 4, 128, 19),
  ]

  /// Whether the step is that of structured distillation, with masks and a critic.
  private var isStructured: Bool { student.hasPrefix("pspnet") }

  private init(_ student: String, _ teacher: String, _ batch: Int, _ size: Int, _ classes: Int) {
    (self.student, self.teacher) = (student, teacher)
    (self.batch, self.size, self.classes) = (batch, size, classes)
    name = "\(student)<-\(teacher)@\(size)"
  }

  /// The same networks at another batch and image size, for plots of how time grows.
  public func resized(batch: Int? = nil, size: Int? = nil) -> StepBenchmark {
    StepBenchmark(student, teacher, batch ?? self.batch, size ?? self.size, classes)
  }

  /// Makes the networks and takes three steps, which bring memory to its steady state.
  public func prepare() throws -> PreparedStep {
    let run = try makeRun()
    for _ in 0..<3 { _ = try run.advance() }
    let images = Random.normal(
      [batch, size, size, 3], deviation: 1, seed: 0, stream: Random.stream("bench", "images"))
    return PreparedStep(run, images)
  }

  /// Times steps and the teacher alone, one after the other.
  public func measure(runs: Int) throws -> StepMeasurement {
    let prepared = try prepare()
    MemoryUse.resetPeak()
    let allocations = MemoryUse.current.systemAllocations
    let steps = try (0..<runs).map { _ in try prepared.step() }
    let memory = MemoryUse.current
    let teacher = try (0..<runs).map { _ in try prepared.teacher() }
    return StepMeasurement(
      step: name, batch: batch, times: Times(steps), teacher: Times(teacher),
      peakBytes: memory.peak, allocations: memory.systemAllocations - allocations)
  }

  private func makeRun() throws -> Run {
    let optimizer: Optimizer =
      try isStructured
      ? .segmentation : call(optimizerRegistry, "adamw", ["lr": .number(1e-3)])
    return try Run(
      RunSetup(
        student: try make(student), teacher: try make(teacher), data: data, goal: goal,
        optimizer: optimizer, schedule: try call(scheduleRegistry, "constant"),
        augmentation: .none, batch: batch, epochs: 1_000, seed: 0, shuffle: false))
  }

  private var goal: Goal {
    guard isStructured else { return Goal(CrossEntropy()).plus(Goal(KD()).scaled(by: 5)) }
    let map = FeatureSelection([.init("head", "head")])
    let aux = CrossEntropy(on: FeatureSelection([.init("aux", "aux")]))
    return Goal(CrossEntropy()).plus(Goal(aux).scaled(by: 0.4))
      .plus(Goal(Pixelwise(on: map)).scaled(by: 10)).plus(Goal(Pairwise()))
      .plus(Goal(Holistic(on: map)).scaled(by: 0.1))
  }

  private var data: Dataset {
    let split =
      isStructured
      ? Split(
        "bench", scenes: NoiseScenes(count: batch, size: size, classes: classes),
        classes: classes) : pictures
    return Dataset(name: "bench", script: "bench()", train: split, test: split)
  }

  private var pictures: Split {
    let values = Random.normal(
      [batch * size * size * 3], deviation: 1, seed: 0, stream: Random.stream("bench", "images"))
    return Split(
      "bench", images: FloatImages(values.values, height: size, width: size, channels: 3),
      labels: (0..<batch).map { Int32($0 * 7 % classes) }, classes: classes,
      normalisation: .identity(channels: 3))
  }

  private func make(_ name: String) throws -> Model {
    try call(modelRegistry, name, ["classes": .number(Double(classes))])
  }
}

/// A run ready to be timed, step by step.
public final class PreparedStep {
  private let run: Run
  private let images: Tensor

  init(_ run: Run, _ images: Tensor) {
    self.run = run
    self.images = images
  }

  /// Milliseconds of a whole step as `step` makes it: a batch put together, the teacher's logits,
  /// the student forward and backward for ce() + 5·kd(T=1), AdamW, the figures noted. Of a PSPNet:
  /// the five terms of structured distillation, SGD, and the critic's step.
  public func step() throws -> Double { try milliseconds { _ = try run.advance() } }

  /// Milliseconds of the teacher's logits of one batch.
  public func teacher() throws -> Double { try milliseconds { _ = try run.teacherLogits(images) } }
}

/// What a step took.
public struct StepMeasurement: Sendable {
  public var step: String
  public var batch: Int
  public var times: Times
  /// The teacher's logits of one batch, alone.
  public var teacher: Times
  /// The most that tensors held at once, weights and optimizer included.
  public var peakBytes: Int
  /// How often the system was asked for memory during the timed steps.
  public var allocations: Int

  public var imagesPerSecond: Double { Double(batch) / times.median * 1e3 }

  /// One line of JSON with the keys of PyTorch's side of the comparison.
  public var json: String {
    func list(_ times: Times) -> String {
      "[" + times.sorted.map { numberText(($0 * 100).rounded() / 100) }.joined(separator: ", ")
        + "]"
    }
    return "{\"step\": \"\(step)\", \"ms\": \(list(times)), \"teacher_ms\": \(list(teacher)), "
      + "\"peak_bytes\": \(peakBytes), \"isa\": \"\(InstructionSet.current.name)\", "
      + "\"threads\": \(ThreadPool.shared.threadCount)}"
  }
}

/// Whom calls are made for here: nobody in particular, so seeds are 0.
private final class NoSession: CallContext {}

private func call<T: ArgumentType>(
  _ registry: Registry, _ name: String, _ arguments: [String: Value] = [:], as _: T.Type = T.self
) throws -> T {
  guard let declaration = Library([registry])[name] else {
    throw Failure(.name, "there is no '\(name)'")
  }
  let given = arguments.sorted { $0.key < $1.key }.map { GivenArgument($0.value, name: $0.key) }
  return try T.read(try declaration.call(given, NoSession()))
}
