/// Where a run stands in its data: a function of the step alone while the batch size stays.
///
/// A change of the batch size counts from the samples that the epoch has seen: the next batch begins
/// with the first sample of the epoch's order that no batch has held, and the epoch ends where it
/// would have ended. So no sample is left out or seen twice in an epoch, whatever the sizes.
struct DataCursor: Equatable, Sendable, Codable {
  /// Samples of an epoch.
  var samples: Int
  /// Samples a step.
  var batch: Int
  /// The step before which this batch size began, and where the data were then.
  var step = 0
  var epoch = 0
  var offset = 0

  init(samples: Int, batch: Int) {
    self.samples = samples
    self.batch = batch
  }

  /// Whether its numbers can be counted with.
  var isSound: Bool {
    (1...Run.most).contains(batch) && (0...Run.most).contains(samples) && step >= 0
      && step <= 1 << 53 && (0...Run.most).contains(epoch) && offset >= 0
      && offset < max(1, samples)
  }

  /// A batch in an epoch that is cut into batches from a sample on.
  struct Place: Equatable {
    var epoch: Int
    /// Samples of the epoch that were seen in batches of another size.
    var offset: Int
    /// Which batch after those.
    var index: Int
  }

  /// Steps of a whole epoch; the last batch may be smaller.
  var stepsPerEpoch: Int { max(1, (samples + batch - 1) / batch) }

  /// Steps from the beginning of this batch size to the end of the epoch that it began in.
  private var rest: Int { max(1, (samples - offset + batch - 1) / batch) }

  /// The batch of the step after so many steps.
  func place(after steps: Int) -> Place {
    let done = max(0, steps - step)
    guard done >= rest else { return Place(epoch: epoch, offset: offset, index: done) }
    let (more, index) = (done - rest).quotientAndRemainder(dividingBy: stepsPerEpoch)
    return Place(epoch: epoch + 1 + more, offset: 0, index: index)
  }

  /// Steps that a run would have made so far had it had this batch size from the start, a part of a
  /// batch counted as seen: what schedules and warm-ups go by, so that they stand at the same share
  /// of the plan whatever the batch size was.
  func planned(after steps: Int) -> Int {
    epoch * stepsPerEpoch + (stepsPerEpoch - rest) + steps - step
  }

  /// Whether so many steps end an epoch.
  func isEpochEnd(after steps: Int) -> Bool {
    let place = place(after: steps)
    return place.offset == 0 && place.index == 0
  }

  /// The same place with another batch size from here on.
  func changing(batch size: Int, after steps: Int) -> DataCursor {
    guard size != batch else { return self }
    let place = place(after: steps)
    var next = self
    next.batch = size
    next.step = steps
    next.epoch = place.epoch
    next.offset = min(max(0, samples - 1), place.offset + place.index * batch)
    return next
  }
}
