import Foundation
import GRDB

/// The name of a run inside the store: drawn at random, so a run needs no file to be made.
public struct RunKey: Sendable, Hashable, Comparable {
  let value: Int64

  public init() { value = Int64.random(in: 1...Int64.max) }

  init(_ value: Int64) { self.value = value }

  public static func < (a: RunKey, b: RunKey) -> Bool { a.value < b.value }
}

/// What is known of a run when it is made.
public struct NewRun: Sendable, Equatable {
  /// The variable it was assigned to, or what it is called otherwise.
  public var name: String
  /// "train", "distill".
  public var kind: String
  /// As it would be typed: `ce() + 5*kd(T=1)`.
  public var goal: String
  public var data: String
  public var seed: Int
  /// The version of the program.
  public var version: String
  /// Code that makes the run again.
  public var script: String
  /// A JSON object with whatever else is known.
  public var summary: String
  /// What the student and the teacher are called; empty for none.
  public var student = ""
  public var teacher = ""
  /// Everything that the run was set to, as it would be typed.
  public var settings: [Setting] = []
  /// Libraries it computed with, and their versions.
  public var libraries = ""
  public var processor = ""
  /// The run that it went on from: by `fork`, or from a checkpoint.
  public var parent: RunKey?

  /// One setting of a run: `batch`, `128`.
  public struct Setting: Sendable, Equatable, Codable {
    public var name: String
    public var text: String

    public init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }

  public init(
    name: String, kind: String, goal: String = "", data: String = "", seed: Int = 0,
    version: String = "", script: String = "", summary: String = "{}"
  ) {
    self.name = name
    self.kind = kind
    self.goal = goal
    self.data = data
    self.seed = seed
    self.version = version
    self.script = script
    self.summary = summary
  }

  var settingsText: String {
    (try? JSONEncoder().encode(settings)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
  }
}

/// What is known of one figure of a run without reading its series.
public struct FigureSummary: Sendable, Equatable {
  public var name: String
  public var last: Double
  /// The greatest of shares, the least of losses.
  public var best: Double

  public init(_ name: String, last: Double, best: Double) {
    self.name = name
    self.last = last
    self.best = best
  }
}

/// A run on record.
public struct StoredRun: Sendable, Equatable {
  public let key: RunKey
  /// The number a person calls it by, counted from 1 over all time.
  public let number: Int
  public let session: Int
  /// Seconds since 1970.
  public let created: Double
  /// When something of it was written last.
  public let updated: Double
  public let run: NewRun
  public let steps: Int
  /// Steps of its plan.
  public let planned: Int
  /// The step of the whole state that is kept of it; nil if there is none.
  public let checkpoint: Int?
  public let note: String
  public let isArchived: Bool
  /// In alphabetical order.
  public let tags: [String]
  /// In alphabetical order; empty where they were not asked for.
  public var figures: [FigureSummary] = []

  /// The columns in the order in which `init` reads them: by place, which is much faster than by
  /// name where there are thousands.
  static let columns = """
    key, id, session, created, name, kind, goal, data, seed, version, script, summary, note, \
    archived, student, teacher, settings, libraries, processor, parent, steps, planned, updated, \
    checkpoint
    """

  init(_ row: Row, tags: [Int64: [String]]) {
    let number: Int64 = row[0]
    key = RunKey(number)
    self.number = row[1]
    session = row[2]
    created = row[3]
    var run = NewRun(
      name: row[4], kind: row[5], goal: row[6], data: row[7], seed: row[8], version: row[9],
      script: row[10], summary: row[11])
    note = row[12]
    isArchived = row[13]
    run.student = row[14]
    run.teacher = row[15]
    let settings: String = row[16]
    if settings.utf8.count > 2 {
      run.settings =
        (try? JSONDecoder().decode([NewRun.Setting].self, from: Data(settings.utf8))) ?? []
    }
    run.libraries = row[17]
    run.processor = row[18]
    run.parent = (row[19] as Int64?).map { RunKey($0) }
    steps = row[20]
    planned = row[21]
    let updated: Double = row[22]
    self.updated = updated > 0 ? updated : created
    checkpoint = row[23]
    self.run = run
    self.tags = tags[number] ?? []
  }
}
