import Conversation
import Glibc

/// Variables of the environment.
public struct Environment: Sendable {
  private let values: [String: String]?

  /// The variables of this process.
  public static let process = Environment(nil)

  /// Just these variables.
  public init(_ values: [String: String]) { self.values = values }

  private init(_ values: [String: String]?) { self.values = values }

  public subscript(name: String) -> String? {
    if let values { return values[name] }
    return getenv(name).map { String(cString: $0) }
  }

  /// Whether it is set to something.
  func has(_ name: String) -> Bool { self[name].map { !$0.isEmpty } ?? false }

  /// Whether the terminal, if there is one, can only print.
  var isDumb: Bool { !has("TERM") || self["TERM"] == "dumb" }

  /// Where history and settings of the person are kept; nil where the person has no home.
  public var stateFolder: String? { Conversation.stateFolder { self[$0] } }
}
