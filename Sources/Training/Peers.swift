public import Models

extension Run {
  /// The peers that terms of mutual learning train beside the student, each as a model of its own;
  /// empty before the first step.
  public func peers() throws -> [Model] {
    let trained = binding?.terms.compactMap { $0.companion?.model } ?? []
    return try trained.enumerated().map { place, model in
      let copy = try model.cloned(seed: nil)
      copy.normalisation = data.normalisation
      copy.past = [PeerPast(record, place)]
      return copy
    }
  }
}

/// A model that was taken from a run: `run.peers[0]`.
private final class PeerPast: Past {
  private let record: RunRecord
  private let place: Int

  /// - Parameter record: That of the run; what happens to it later is not part of this past.
  init(_ record: RunRecord, _ place: Int) {
    self.record = record.frozen
    self.place = place
  }

  func statements(model: String, _ variables: inout VariableNames) -> [String] {
    let student = variables.next("student")
    var lines = ["\(student) = \(record.student)"]
    for past in record.studentPast { lines += past.statements(model: student, &variables) }
    let (made, run) = record.making(model: student, &variables)
    return lines + made + ["\(model) = \(run).peers[\(place)]"]
  }
}
