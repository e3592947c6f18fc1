import Catalog
import Layers
import Losses
import Models
import Optimizers
import Tensors

/// The network beside the student that a term brings, with the optimizer that moves it.
///
/// It is the run's own: where the loss brings a model (the peer of mutual learning), a copy of it is
/// trained, so that runs with one goal, and forks, do not move each other's.
final class Companion {
  let loss: any CompanionLoss
  let network: Module
  /// The loss's own model that it is a copy of; nil where the network is a part of the loss.
  let original: Model?
  let optimizer: Optimizer
  private let parameters: [(key: String, parameter: Parameter)]
  private let holders: [StateHolder]

  init(_ loss: any CompanionLoss, _ shapes: LossShapes, path: String, seed: UInt64) throws {
    self.loss = loss
    let made = try loss.companion(for: shapes)
    if let own = loss.models.first(where: { $0.network === made }) {
      original = own
      network = try own.cloned(seed: nil).network
    } else {
      original = nil
      network = made
      made.name(from: path)
      for (key, parameter) in made.parameters {
        parameter.initialize(seed: seed, key: "\(path).\(key)")
      }
    }
    optimizer = loss.companionOptimizer.fresh()
    parameters = network.parameters.filter(\.parameter.isTrainable)
    holders = [StateHolder](network)
    optimizer.attach(to: parameters)
  }

  var state: CompanionState {
    get {
      let memory = optimizer.state
      return CompanionState(
        network: holders.state, optimizerSteps: memory.stepCount, memory: memory.tensors)
    }
    set {
      holders.state = newValue.network
      var memory = optimizer.state
      memory.stepCount = newValue.optimizerSteps
      memory.tensors = newValue.memory
      optimizer.state = memory
    }
  }

  /// Whether a state is one of such a network under such an optimizer.
  func fits(_ state: CompanionState) -> Bool {
    guard state.network.fits(holders) else { return false }
    guard state.optimizerSteps > 0 else { return state.memory.isEmpty }
    let rule = optimizer.rule
    return state.memory.count == parameters.count * rule.slots.count
      && parameters.allSatisfy { key, parameter in
        zip(rule.slots, rule.initialSlots(for: parameter.value, after: 0)).allSatisfy {
          state.memory["\($0).\(key)"]?.shape == $1.shape
        }
      }
  }

  /// Its steps after one of the student.
  ///
  /// - Returns: Its last loss and the figures that came with it.
  func advance(_ input: LossInput, term: String) throws -> CompanionOutcome? {
    let pace = loss.companionSchedule.pace(input.moment, base: optimizer.baseRate)
    var last: CompanionOutcome?
    for round in 0..<max(0, loss.companionSteps) {
      let outcome = try loss.companionLoss(input, round: round)
      let value = Double(outcome.loss.scalar)
      let found = try gradients(
        of: outcome.loss, withRespectTo: parameters.map(\.parameter.tracked))
      guard value.isFinite, gradientNorm(found).isFinite else {
        throw Failure(
          .value,
          "the companion of '\(term)' has "
            + (value.isFinite ? "a gradient that is not finite" : "a loss of \(numberText(value))"),
          advice: "the run stands at its last good step; try a smaller lr of its optimizer")
      }
      optimizer.step(parameters, found, pace: pace)
      last = outcome
      last?.loss = outcome.loss.detached
    }
    return last
  }
}

/// A companion's weights, running statistics and its optimizer's memory as a value.
struct CompanionState {
  var network: NetworkState
  var optimizerSteps: Int
  /// As in `OptimizerState.tensors`.
  var memory: [String: Tensor]

  var count: Int { network.count + memory.values.reduce(0) { $0 + $1.count } }
}
