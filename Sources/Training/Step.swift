import Catalog
public import Datasets
import Graphs
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
  /// Whether its size says how much it has to teach: a critic's score has no zero.
  var isMeasured = true

  public init(name: String, weight: Double, value: Double) {
    (self.name, self.weight, self.value) = (name, weight, value)
  }
}

/// A figure under the name of its series.
public struct Figure: Sendable, Equatable {
  public var name: String
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
  /// What companions tell of their health: `adversarial_gap`.
  public var figures: [Figure] = []
  /// Norm of all gradients together before they are clipped.
  public var norm: Double
  /// How sure the predictions are; looked at now and then.
  var entropies: Guards.Entropies?
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
    noteOthers()
    keepTheWayBack()
    let (wasBound, held) = (binding != nil, waiting)
    var result = try move()
    if !wasBound, let binding { tellOfParts(binding, before: held) }
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
    let owned = (waiting, binding, binding?.hasCompanions == true ? binding?.states : nil)
    let memory = binding?.terms.flatMap { $0.holders.filter(\.isBuffer) } ?? []
    let remembered = memory.map(\.tensor)
    // Not the averages themselves: a second reference would have them copied.
    let hadAverages = averages != nil
    do {
      let batch = try nextBatch()
      beginAverages()
      let outcome = try computeStep(batch)
      let pace = applyGradients(outcome.gradients)
      updateAverages()
      steps += 1
      seenVersion = version
      return StepResult(
        step: steps, loss: outcome.loss, terms: outcome.terms, accuracy: outcome.accuracy,
        agreement: outcome.agreement, lr: pace.lr,
        gradientNorm: clipping == nil ? nil : outcome.gradientNorm, figures: outcome.figures,
        norm: outcome.gradientNorm, entropies: outcome.entropies, samples: batch.samples.count,
        seconds: 0)
    } catch {
      for (buffer, value) in zip(buffers, statistics) { buffer.value = value }
      for (holder, tensor) in zip(memory, remembered) { holder.tensor = tensor }
      (waiting, binding) = (owned.0, owned.1)
      // A companion may have gone on before the next one failed.
      if let states = owned.2 { termStates = states }
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
    var gradientNorm: Double
    var entropies: Guards.Entropies?
    var figures: [Figure] = []
  }

  private func computeStep(_ batch: Batch) throws -> Outcome {
    let plan = try featurePlan()
    let context = stepContext(isRecording: true, updatesState: true, features: plan.student)
    let pass = try forward(batch, context, teacherFeatures: plan.teacher)
    let isNew = binding == nil
    let binding = try self.binding ?? bound(goal, plan, pass)
    self.binding = binding
    let inputs = try lossInputs(binding, pass)
    let seen = try values(of: binding, on: pass, inputs: inputs)
    let loss = Double(seen.total.scalar)
    let terms = zip(seen.terms, goal.terms).map { seen, term in
      var value = TermValue(
        name: seen.name, weight: seen.weight, value: Double(seen.value.scalar))
      value.isMeasured = term.loss.isMeasured
      return value
    }
    guard loss.isFinite else {
      let parts = terms.map { "\($0.name) \(shortText($0.value))" }.joined(separator: ", ")
      throw Failure(
        .value, "the loss is \(numberText(loss)) at step \(steps + 1) (\(parts))",
        advice: "the run stands at its last good step; try a smaller lr")
    }
    let predicted = try pass.logits.argmax()
    let ignored = Labels.ignored(by: pass.logits)
    let found = try seen.gradients()
    // One pass over the gradients, a small part of what the optimizer does with them.
    let norm = Optimizers.gradientNorm(found)
    guard norm.isFinite else { throw gradientFailure(found, seen.parameters) }
    var outcome = Outcome(
      loss: loss, terms: terms, accuracy: share(predicted, batch.labels, ignoring: ignored),
      agreement: try pass.teacher.map {
        share(predicted, try $0.output.argmax(), where: batch.labels, ignoring: ignored)
      }, gradients: found, gradientNorm: norm, entropies: try entropies(of: pass.logits))
    // Last of all that can fail: what companions and the optimizer remember has moved then.
    if binding.hasCompanions { outcome.figures = try advanceCompanions(binding, inputs) }
    if isNew {
      forgetParts(except: binding)
      waiting = []
      ownModels = binding.terms.flatMap(\.models)
    }
    return outcome
  }

  /// Which parameter's gradient is no number.
  private func gradientFailure(
    _ gradients: [Tensor], _ parameters: [(key: String, parameter: Parameter)]
  ) -> Failure {
    let first = zip(parameters, gradients).first { !$1.squaredNorm.isFinite }
    return Failure(
      .value,
      "the gradient of '\(first?.0.key ?? "the student")' is not finite at step \(steps + 1), "
        + "though the loss is",
      advice: "the run stands at its last good step; try a smaller lr, or other weights")
  }

  /// The frozen teacher's logits of the student's images, re-normalised to what it was trained on:
  /// x_T = (x·std_S + mean_S − mean_T)/std_T.
  public func teacherLogits(_ images: Tensor) throws -> Tensor? {
    try frozenTeacher()?.logits(images, from: data)
  }

  private func applyGradients(_ gradients: [Tensor]) -> Pace {
    let pace = schedule.pace(moment, base: optimizer.baseRate)
    let moving = movingParameters
    let bounded = clipping?.bound.bounded(gradients, of: moving) ?? gradients
    optimizer.step(moving, bounded, pace: pace)
    return pace
  }

  private func note(_ result: StepResult) {
    log.append(result.loss, to: "loss", step: steps)
    for term in result.terms { log.append(term.value, to: term.name, step: steps) }
    log.append(result.accuracy, to: "accuracy", step: steps)
    if let agreement = result.agreement { log.append(agreement, to: "agreement", step: steps) }
    log.append(result.lr, to: "lr", step: steps)
    if let norm = result.gradientNorm { log.append(norm, to: "grad_norm", step: steps) }
    for figure in result.figures { log.append(figure.value, to: figure.name, step: steps) }
    guards.look(at: result, classes: student.classes)
  }

  /// The batch of the next step: a function of (seed, place in the data, batch size) alone.
  public func nextBatch() throws -> Batch {
    let place = cursor.place(after: steps)
    if epochOrder?.epoch != place.epoch || epochOrder?.offset != place.offset {
      epochOrder = batches(at: place)
    }
    guard let epochOrder else { return try data.train.batch([]) }
    return try reader.batch(epochOrder, place.index, augmentation: augmentation)
  }

  /// The epoch of a place, cut into batches.
  func batches(at place: DataCursor.Place) -> Batches {
    Batches(
      data.train, seed: seed, epoch: place.epoch, batchSize: batch, shuffle: shuffle,
      from: place.offset)
  }
}

extension Optimizer {
  /// Its learning rate as it was typed: 0.1, not the nearest binary fraction of half the digits.
  var baseRate: Double { Double(lr.literal) ?? Double(lr) }
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

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
