import Catalog
import Datasets
import Layers
import Models
import Optimizers
import Tensors

/// Everything that steps change, as a value: taking it costs references, restoring it is exact.
public struct RunState {
  let weights: [Tensor]
  let optimizer: OptimizerState
  let notedSettings: [(name: String, text: String)]
  let steps: Int
  let log: Log
  let events: [RunRecord.Event]
}

extension Run {
  public var state: RunState {
    get {
      RunState(
        weights: student.weights, optimizer: optimizer.state, notedSettings: notedSettings,
        steps: steps, log: log, events: record.events)
    }
    set {
      student.weights = newValue.weights
      optimizer.state = newValue.optimizer
      notedSettings = newValue.notedSettings
      steps = newValue.steps
      log = newValue.log
      record.events = newValue.events
      if steps == 0 { student.past.removeAll { $0 === record } }
    }
  }
}

extension Run {
  public var restorer: (() -> Void)? {
    let before = state
    let parts = (teacher, goal, optimizer, schedule, augmentation, batch, epochs)
    return { [self] in
      (teacher, goal, optimizer, schedule, augmentation, batch, epochs) = parts
      epochOrder = nil
      state = before
    }
  }
}
