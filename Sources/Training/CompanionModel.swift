import Losses
public import Models

extension Run {
  /// The network that a term trains beside the student, as it is now, as a model of its own; nil
  /// where no term has one, or no step has made it yet.
  public func companionModel() throws -> Model? {
    for state in termStates {
      guard let network = state.companion?.network,
        let term = goal.terms.first(where: { $0.name == state.term }),
        let original = term.loss.models.first(where: {
          network.fits([StateHolder]($0.network))
        })
      else { continue }
      let copy = try original.cloned(seed: nil)
      [StateHolder](copy.network).state = network
      copy.normalisation = data.normalisation
      copy.past = [CompanionPast(record)]
      return copy
    }
    return nil
  }
}

/// A network that a run trained beside its student, taken out of it: `run.companion`.
private final class CompanionPast: Past {
  private let record: RunRecord

  /// - Parameter record: That of the run; what happens to it later is not part of this past.
  init(_ record: RunRecord) { self.record = record.frozen }

  func statements(model: String, _ variables: inout VariableNames) -> [String] {
    let student = variables.next("student")
    var lines = ["\(student) = \(record.student)"]
    for past in record.studentPast { lines += past.statements(model: student, &variables) }
    let (made, run) = record.making(model: student, &variables)
    return lines + made + ["\(model) = \(run).companion"]
  }
}
