import Catalog
import Datasets
import Layers
import Models
import Optimizers
import Tensors

/// Everything that steps change, as a value: taking it costs references, restoring it is exact.
public struct RunState {
  let moved: Moved
  let notedSettings: [(name: String, text: String)]
  let steps: Int
  let log: Log
  let events: [RunRecord.Event]
  let timeline: Timeline
  let guards: Guards
  /// Changes of the student's weights by somebody else since the last step.
  let unseen: Int
  /// What had happened to the student.
  let past: [any Past]
}

/// What a step moves: trained weights, running statistics, the optimizer's memory.
struct Moved {
  let parameters: [Tensor]
  let buffers: [Tensor]
  let optimizer: OptimizerState
  let averages: Averages?
  /// Parts and companions of the goal's terms.
  let terms: [TermState]

  /// Memory that it holds once everything else has moved on.
  var bytes: Int {
    let numbers =
      parameters.reduce(0) { $0 + $1.count } + buffers.reduce(0) { $0 + $1.count }
      + optimizer.tensors.values.reduce(0) { $0 + $1.count } + (averages?.count ?? 0)
      + terms.reduce(0) { $0 + $1.count }
    return numbers * MemoryLayout<Float>.size
  }
}

extension Run {
  var moved: Moved {
    get {
      Moved(
        parameters: parameters.map(\.parameter.value), buffers: buffers.map(\.value),
        optimizer: optimizer.state, averages: averages, terms: termStates)
    }
    set {
      for (entry, value) in zip(parameters, newValue.parameters) { entry.parameter.value = value }
      for (buffer, value) in zip(buffers, newValue.buffers) { buffer.value = value }
      optimizer.state = newValue.optimizer
      averages = newValue.averages
      termStates = newValue.terms
      seenVersion = version
    }
  }

  /// Grows whenever a weight or a running statistic of the student is changed by anybody.
  var version: Int {
    parameters.reduce(0) { $0 &+ $1.parameter.version } &+ buffers.reduce(0) { $0 &+ $1.version }
  }

  /// Memory of everything that a step moves: trained weights and the optimizer's tensors.
  public var movedBytes: Int { moved.bytes }

  public var state: RunState {
    get {
      RunState(
        moved: moved, notedSettings: notedSettings, steps: steps, log: log,
        events: record.events, timeline: timeline, guards: guards,
        unseen: version &- seenVersion, past: student.past)
    }
    set {
      moved = newValue.moved
      seenVersion = version &- newValue.unseen
      notedSettings = newValue.notedSettings
      steps = newValue.steps
      log = newValue.log
      rewrites += 1
      record.events = newValue.events
      timeline = newValue.timeline
      guards = newValue.guards
      student.past = newValue.past
    }
  }
}

extension Run {
  public var restorer: (() -> Void)? {
    let before = state
    let settings = settings
    let beside = presentCircumstances
    return { [self] in
      self.settings = settings
      state = before
      beside.apply(to: record.models)
    }
  }
}
