public import Conversation
import Foundation
import Records

/// Makes a session of the laboratory on the thread it will live on.
public let makeSession: InterpreterFactory = { listener, interruption in
  Session(
    listener: listener, interruption: interruption,
    records: stateFolder { getenv($0).map { String(cString: $0) } }.map { RecordStore(folder: $0) }
      ?? .inMemory())
}

/// Of the library that keeps the records.
public var sqliteVersion: String { Records.sqliteVersion }

/// A session that leaves no trace: for transcripts and tests.
public let makePrivateSession: InterpreterFactory = { listener, interruption in
  Session(listener: listener, interruption: interruption, records: .inMemory())
}
