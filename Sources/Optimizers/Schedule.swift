public import Catalog

/// Where a run stands, for its schedule.
public struct Moment: Sendable, Equatable {
  /// Steps done before this one, from 0.
  public var step: Int
  /// Steps of the whole plan; a run that goes on past it keeps the last setting.
  public var total: Int
  public var stepsPerEpoch: Int

  public init(step: Int, total: Int, stepsPerEpoch: Int) {
    self.step = step
    self.total = total
    self.stepsPerEpoch = stepsPerEpoch
  }

  public var epoch: Double { Double(step) / Double(max(1, stepsPerEpoch)) }
}

/// Learning rate, and momentum where the schedule moves it, of one step.
public struct Pace: Sendable, Equatable {
  public var lr: Double
  public var momentum: Double?
}

/// A function of the step alone; restored, forked and replayed runs need no state for it.
public protocol Pacing: Sendable {
  /// The call that makes it again.
  var script: String { get }
  /// - Parameter base: The optimizer's own learning rate.
  func pace(_ moment: Moment, base: Double) -> Pace
  /// What a person should know of it under this plan; nil where all is as it was asked for.
  func note(total: Int, stepsPerEpoch: Int) -> String?
}

extension Pacing {
  public func note(total: Int, stepsPerEpoch: Int) -> String? { nil }
}

/// The language's value of kind "schedule".
public struct Schedule: Object, ArgumentType, Answer, Sendable {
  public static let kind = "schedule"
  public let pacing: any Pacing

  public init(_ pacing: any Pacing) { self.pacing = pacing }

  public var script: String { pacing.script }
  public var line: String { pacing.script }

  public func pace(_ moment: Moment, base: Double) -> Pace { pacing.pace(moment, base: base) }

  public func note(total: Int, stepsPerEpoch: Int) -> String? {
    pacing.note(total: total, stepsPerEpoch: stepsPerEpoch)
  }

  public func isEqual(to other: any Object) -> Bool {
    (other as? Schedule)?.script == script
  }
}

@Sendable func notNegative(_ number: Double) -> String? {
  number >= 0 && number.isFinite ? nil : "must be at least 0"
}
