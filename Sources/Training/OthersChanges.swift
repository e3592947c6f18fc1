import Models

extension Run {
  /// Puts into the record, before a step, what somebody else has done to the student's weights since
  /// the step before: files that were read into it, as the statements that read them, and anything
  /// else as a comment, since no statement of this run's script does it again.
  func noteOthers() {
    let isChanged = steps > 0 && seenVersion != version
    guard isChanged || (steps == 0 && student.past.count > record.studentPast.count) else { return }
    let place = student.past.lastIndex { $0 === record }
    let first = place.map { $0 + 1 } ?? min(record.studentPast.count, student.past.count)
    let others = student.past[first...]
    var variables = VariableNames()
    let mark = RecordedModels.mark(RecordedModels.student)
    let loads = others.filter { $0 is LoadedPast }
    for load in loads {
      for statement in load.statements(model: mark, &variables) { record.note(other: statement) }
    }
    if loads.isEmpty ? isChanged : others.contains(where: { $0 is RunRecord }) {
      record.note(
        other: "# something else changed the student's weights here: this does not do it again")
    }
    // They are the record's now; whoever asks for the student's past is told of them there.
    student.past.removeAll { past in loads.contains { $0 === past } }
  }
}
