import Catalog
public import Datasets
import Images
import Layers
import Losses
public import Models
import Optimizers
public import Tensors

/// One term of a step's loss.
public struct TermValue: Sendable, Equatable {
  public var name: String
  public var weight: Double
  /// The loss before its weight.
  public var value: Double
}

/// What one step did.
public struct StepResult: Sendable, Equatable {
  /// Number of the step, from 1.
  public var step: Int
  /// The goal: the weighted sum of the terms.
  public var loss: Double
  public var terms: [TermValue]
  /// Share of the batch that the student classified rightly, before the step.
  public var accuracy: Double
  /// Share of the batch where student and teacher agree; nil without a teacher.
  public var agreement: Double?
  public var lr: Double
  /// Norm of all gradients together before they are clipped; nil where they are not.
  public var gradientNorm: Double?
  public var samples: Int
  public var seconds: Double
}

extension Run {
  /// One optimization step on the next batch.
  ///
  /// A step that cannot be finished (a shape that does not fit, a loss that is not a number) throws
  /// and leaves the run as it was.
  public func advance() throws -> StepResult {
    let clock = ContinuousClock()
    let start = clock.now
    noteSettings()
    keepTheWayBack()
    var result = try move()
    student.normalisation = data.normalisation
    if steps == 1 { student.past.append(record) }
    record.noteStep()
    result.seconds = (clock.now - start).seconds
    note(result)
    return result
  }

  /// The step itself: a function of what the steps so far have moved, the settings and the step's
  /// number. It keeps no record, so rewinding makes steps again by it.
  func move() throws -> StepResult {
    let statistics = buffers.map(\.value)
    // Not the averages themselves: a second reference would have them copied.
    let hadAverages = averages != nil
    do {
      let batch = try nextBatch()
      beginAverages()
      let outcome = try computeStep(batch)
      let gradientNorm = clipping.map { _ in Optimizers.gradientNorm(outcome.gradients) }
      let pace = applyGradients(outcome.gradients)
      updateAverages()
      steps += 1
      seenVersion = version
      return StepResult(
        step: steps, loss: outcome.loss, terms: outcome.terms, accuracy: outcome.accuracy,
        agreement: outcome.agreement, lr: pace.lr, gradientNorm: gradientNorm,
        samples: batch.labels.count, seconds: 0)
    } catch {
      for (buffer, value) in zip(buffers, statistics) { buffer.value = value }
      if !hadAverages { averages = nil }
      seenVersion = version
      throw error
    }
  }

  private struct Outcome {
    var loss: Double
    var terms: [TermValue]
    var accuracy: Double
    var agreement: Double?
    var gradients: [Tensor]
  }

  private func computeStep(_ batch: Batch) throws -> Outcome {
    let images = batch.images
    let teacherLogits = try teacherLogits(images)
    let context = Context(
      isTraining: true, isRecording: true, seed: UInt64(bitPattern: Int64(seed)), step: steps)
    let logits = try student(images, context)
    let targets: Targets =
      batch.targets(classes: student.classes).map { .soft($0) } ?? .hard(batch.labels)
    let (total, values) = try goal.evaluate(
      LossInput(logits: logits, targets: targets, teacherLogits: teacherLogits))
    let loss = Double(total.scalar)
    let terms = zip(goal.terms, values).map {
      TermValue(name: $0.name, weight: $0.weight, value: Double($1.scalar))
    }
    guard loss.isFinite else {
      let parts = terms.map { "\($0.name) \(shortText($0.value))" }.joined(separator: ", ")
      throw Failure(
        .value, "the loss is \(numberText(loss)) at step \(steps + 1) (\(parts))",
        advice: "the run is as it was before; try a smaller lr")
    }
    let predicted = try logits.argmax()
    let parameters = self.parameters.map(\.parameter.tracked)
    return Outcome(
      loss: loss, terms: terms, accuracy: share(predicted.values, batch.labels.values),
      agreement: try teacherLogits.map { share(predicted.values, try $0.argmax().values) },
      gradients: try gradients(of: total, withRespectTo: parameters))
  }

  /// The frozen teacher's logits of the student's images, re-normalised to what it was trained on:
  /// x_T = (x·std_S + mean_S − mean_T)/std_T.
  public func teacherLogits(_ images: Tensor) throws -> Tensor? {
    try frozenTeacher()?.logits(images, from: data)
  }

  private func applyGradients(_ gradients: [Tensor]) -> Pace {
    let base = optimizer.lr
    let pace = schedule.pace(
      Moment(step: steps, total: plannedSteps, stepsPerEpoch: stepsPerEpoch),
      base: Double(base.literal) ?? Double(base))
    let bounded = clipping?.bound.bounded(gradients, of: parameters) ?? gradients
    optimizer.step(parameters, bounded, pace: pace)
    return pace
  }

  private func note(_ result: StepResult) {
    log.append(result.loss, to: "loss", step: steps)
    for term in result.terms { log.append(term.value, to: term.name, step: steps) }
    log.append(result.accuracy, to: "accuracy", step: steps)
    if let agreement = result.agreement { log.append(agreement, to: "agreement", step: steps) }
    log.append(result.lr, to: "lr", step: steps)
    if let norm = result.gradientNorm { log.append(norm, to: "grad_norm", step: steps) }
  }

  /// The batch of the next step: a function of (seed, step, batch size) alone.
  public func nextBatch() throws -> Batch {
    let (epoch, index) = steps.quotientAndRemainder(dividingBy: stepsPerEpoch)
    if epochOrder?.epoch != epoch {
      epochOrder = EpochOrder(
        epoch: epoch,
        batches: Batches(
          data.train, seed: seed, epoch: epoch, batchSize: batch, shuffle: shuffle))
    }
    guard let batches = epochOrder?.batches else { return try data.train.batch([]) }
    return try reader.batch(batches, index, augmentation: augmentation)
  }
}

/// Images normalised for one model as another wants them.
public func renormalised(_ images: Tensor, for model: Model, from data: Dataset) throws -> Tensor {
  guard let wanted = model.normalisation, wanted != data.normalisation else { return images }
  let given = data.normalisation
  guard wanted.mean.count == given.mean.count else {
    throw Failure(
      .shape,
      "\(model.name) was trained on \(wanted.mean.count) channels, "
        + "\(data.name) has \(given.mean.count)")
  }
  let channels = wanted.mean.indices
  let scale = try Tensor(channels.map { given.std[$0] / wanted.std[$0] }, [wanted.mean.count])
  let shift = try Tensor(
    channels.map { (given.mean[$0] - wanted.mean[$0]) / wanted.std[$0] }, [wanted.mean.count])
  return try images * scale + shift
}

/// The share of places where two lists of labels agree.
func share(_ a: [Int32], _ b: [Int32]) -> Double {
  guard !a.isEmpty else { return 0 }
  return Double(zip(a, b).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }) / Double(a.count)
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
