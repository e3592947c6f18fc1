import Conversation
import Records

extension RecordStore {
  /// Inputs of the past as a front door asks for them.
  func past(_ query: PastQuery) -> [PastInput] {
    let found: [InputRecord] =
      switch query {
      case .tail(let count): tail(count)
      case .range(let session, let start, let stop):
        range(session: session, start: start, stop: stop)
      case .search(let pattern, let count, let unique):
        search(pattern, count: count, unique: unique)
      }
    return found.map {
      PastInput(session: $0.session, line: $0.line, code: $0.code, output: $0.output)
    }
  }
}
