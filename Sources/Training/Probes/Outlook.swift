import Catalog
import Datasets
import Optimizers
import Tensors

/// What a step would bring under other settings.
public struct Outlook: Sendable, Equatable {
  /// The batch before and after the step.
  public struct Look: Sendable, Equatable {
    public var loss: Double
    public var terms: [TermValue]
    public var accuracy: Double
    public var agreement: Double?
  }

  public var before: Look
  /// Norm of all gradients before the step.
  public var gradientNorm: Double
  /// Nil where the step cannot be made; `obstacle` says why.
  public var after: Look?
  public var obstacle: String?
}

extension Run {
  /// Changes settings, makes steps, looks at the same batch again, and puts everything back.
  ///
  /// - Parameter change: Sets what is to be tried in the run.
  public func outlook(
    steps count: Int = 1, check: () throws -> Void = {}, _ change: (Run) throws -> Void
  ) throws -> Outlook {
    try trial { run in
      try change(run)
      guard let batch = try run.upcomingBatches(1).first else {
        throw Failure(.data, "there is no batch to look at")
      }
      let seen = try run.observe(batch)
      var result = Outlook(
        before: try look(seen), gradientNorm: Optimizers.gradientNorm(try seen.gradients()))
      do {
        for _ in 0..<max(1, count) {
          try check()
          _ = try run.advance()
        }
        result.after = try look(try run.observe(batch, isRecording: false))
      } catch {
        let failure = (error as? any Explained)?.failure
        guard let failure, failure.kind == .value else { throw error }
        result.obstacle = failure.message
      }
      return result
    }
  }

  private func look(_ seen: Observation) throws -> Outlook.Look {
    let predicted = try seen.logits.argmax()
    let ignored = Labels.ignored(by: seen.logits)
    return Outlook.Look(
      loss: Double(seen.total.scalar),
      terms: seen.terms.map {
        TermValue(name: $0.name, weight: $0.weight, value: Double($0.value.scalar))
      },
      accuracy: share(predicted, seen.labels, ignoring: ignored),
      agreement: try seen.teacherLogits.map {
        share(predicted, try $0.argmax(), where: seen.labels, ignoring: ignored)
      })
  }
}
