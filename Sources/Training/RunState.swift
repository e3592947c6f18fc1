import Models
import Optimizers
import Tensors

/// Everything that steps change, as a value: taking it costs references, restoring it is exact.
public struct RunState {
  let weights: [Tensor]
  let optimizer: OptimizerState
  let baseRate: Float
  let steps: Int
  let log: Log
  let events: [RunRecord.Event]
}

extension Run {
  public var state: RunState {
    get {
      RunState(
        weights: student.weights, optimizer: optimizer.state, baseRate: baseRate, steps: steps,
        log: log, events: record.events)
    }
    set {
      student.weights = newValue.weights
      optimizer.state = newValue.optimizer
      baseRate = newValue.baseRate
      steps = newValue.steps
      log = newValue.log
      record.events = newValue.events
      if steps == 0 { student.past.removeAll { $0 === record } }
    }
  }
}

extension Model {
  /// Running statistics alone: what a forward pass in training mode changes.
  var bufferValues: [Tensor] {
    get {
      network.state.compactMap { if case .buffer(let buffer) = $0.entry { buffer.value } else { nil } }
    }
    set {
      let buffers = network.state.compactMap {
        if case .buffer(let buffer) = $0.entry { buffer } else { nil }
      }
      for (buffer, value) in zip(buffers, newValue) { buffer.value = value }
    }
  }
}
