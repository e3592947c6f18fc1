public import Catalog
import Layers
public import Models
import Optimizers
import Tensors

/// Whether and how a run keeps a running mean of its weights: the language's argument `ema=`.
///
/// After each step a += (1 − d)(w − a) for every weight and running statistic. The decay d grows with
/// the number t of averaged steps, min(d, (1 + t)/(10 + t)), so that the mean forgets the initial
/// weights in a short run too.
public enum Averaging: ArgumentType, Equatable, Sendable {
  case off
  /// A decay as it is.
  case decay(Double)
  /// A decay that averages over the same share of the plan as USI's does of its own.
  case scaled

  public static let expected = "a decay in 0 ..< 1, true (one scaled to the plan) or none"
  public static let choices = ["true"]

  public static func read(_ value: Value) throws -> Averaging {
    switch value {
    case .none, .bool(false): return .off
    case .bool(true): return .scaled
    case .number(let decay) where decay >= 0 && decay < 1: return .decay(decay)
    case .number: throw Mismatch("the decay must be in 0 ..< 1")
    default: throw Mismatch()
    }
  }

  public var literal: String {
    switch self {
    case .off: "none"
    case .decay(let decay): numberText(decay)
    case .scaled: "true"
    }
  }

  /// As a value of the language.
  var value: Value {
    switch self {
    case .off: .none
    case .decay(let decay): .number(decay)
    case .scaled: .bool(true)
    }
  }

  /// USI's decay 0.99996 averages over 25,000 steps, a fifteenth of its 300 epochs of ImageNet.
  static let share = 1.0 / 15
  static let longest = 0.99996

  /// The decay where the warm-up is over.
  func decay(planned steps: Int) -> Double {
    switch self {
    case .off: 0
    case .decay(let decay): decay
    case .scaled: min(Averaging.longest, max(0, 1 - 1 / (Averaging.share * Double(max(1, steps)))))
    }
  }

  /// The decay of update number `update`, from 1.
  func decay(update: Int, planned steps: Int) -> Double {
    min(decay(planned: steps), (1 + Double(update)) / (10 + Double(update)))
  }

  /// What a person should know of it under this plan.
  func note(planned steps: Int) -> String? {
    guard case .scaled = self else { return nil }
    let decay = decay(planned: steps)
    return "ema=true averages the weights over a fifteenth of the \(steps) steps planned: decay "
      + numberText((decay * 1e6).rounded() / 1e6)
  }
}

/// Running means of everything that a forward pass reads.
struct Averages {
  var parameters: [Tensor]
  var buffers: [Tensor]
  /// Steps that are in it.
  var updates: Int

  var count: Int {
    parameters.reduce(0) { $0 + $1.count } + buffers.reduce(0) { $0 + $1.count }
  }
}

extension Run {
  /// Starts the averages from the weights before the step that is about to be made.
  func beginAverages() {
    guard averaging != .off, averages == nil else { return }
    averages = Averages(
      parameters: parameters.map(\.parameter.value), buffers: buffers.map(\.value), updates: 0)
  }

  /// Takes the step just made into the averages.
  func updateAverages() {
    guard var next = averages else { return }
    averages = nil
    next.updates += 1
    let share = Float(1 - averaging.decay(update: next.updates, planned: moment.total))
    for (index, entry) in parameters.enumerated() {
      next.parameters[index].move(towards: entry.parameter.value, by: share)
    }
    for (index, buffer) in buffers.enumerated() {
      if buffer.isCounter {
        next.buffers[index] = buffer.value
      } else {
        next.buffers[index].move(towards: buffer.value, by: share)
      }
    }
    averages = next
  }

  /// Does something while the student has other weights and running statistics, then gives it back
  /// its own.
  func withWeights<Result>(
    _ parameters: [Tensor], _ buffers: [Tensor], _ body: () throws -> Result
  ) rethrows -> Result {
    let own = (self.parameters.map(\.parameter.value), self.buffers.map(\.value))
    let unseen = version &- seenVersion
    set(parameters, buffers)
    defer {
      set(own.0, own.1)
      seenVersion = version &- unseen
    }
    return try body()
  }

  private func set(_ parameters: [Tensor], _ buffers: [Tensor]) {
    for (entry, value) in zip(self.parameters, parameters) { entry.parameter.value = value }
    for (buffer, value) in zip(self.buffers, buffers) { buffer.value = value }
  }

  /// The student with the averaged weights, as a model of its own; nil where nothing is averaged.
  public func averagedStudent() throws -> Model? {
    guard let averages else { return nil }
    return try withWeights(averages.parameters, averages.buffers) { try copy("averaged") }
  }

  /// The student with Lookahead's slow weights, as a model of its own; nil where there are none.
  public func slowStudent() throws -> Model? {
    guard let slow = optimizer.slowWeights else { return nil }
    let weights = parameters.map { slow[$0.key] ?? $0.parameter.value }
    return try withWeights(weights, buffers.map(\.value)) { try copy("slow") }
  }

  private func copy(_ member: String) throws -> Model {
    let copy = try student.cloned(seed: nil)
    if steps > 0 { copy.past = record.studentPast + [MemberPast(record, member)] }
    return copy
  }
}

/// A model that was taken from a run: `run.averaged`.
final class MemberPast: Past {
  private let record: RunRecord
  private let member: String

  /// - Parameter record: That of the run; what happens to it later is not part of this past.
  init(_ record: RunRecord, _ member: String) {
    self.record = record.frozen
    self.member = member
  }

  func statements(model: String, _ variables: inout VariableNames) -> [String] {
    let (lines, run) = record.making(model: model, &variables)
    return lines + ["\(model) = \(run).\(member)"]
  }
}
