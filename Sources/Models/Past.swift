import Catalog
import Images

/// Something that happened to a model's weights after they were drawn: a training, a file.
///
/// From the pasts of the models in it, a run can write the session that makes it again.
public protocol Past: AnyObject {
  /// The statements that do it again to the model in a variable.
  ///
  /// - Parameter variables: Names in use; whoever needs another takes it from here.
  func statements(model: String, _ variables: inout VariableNames) -> [String]
}

/// Hands out variable names for a script: "teacher", "teacher_2", ….
public struct VariableNames {
  private var used: [String: Int] = [:]
  private var shared: [String: String] = [:]

  public init() {}

  public mutating func next(_ base: String) -> String {
    used[base, default: 0] += 1
    let count = used[base] ?? 1
    return count == 1 ? base : "\(base)_\(count)"
  }

  /// One variable for one script: a data set is loaded once. Returns whether it is new.
  public mutating func shared(_ base: String, for script: String) -> (name: String, isNew: Bool) {
    if let name = shared[script] { return (name, false) }
    let name = next(base)
    shared[script] = name
    return (name, true)
  }
}

/// A model's weights were read from a file.
public final class LoadedPast: Past {
  private let path: String
  private let strict: Bool
  private let prefix: String?
  private let map: [KeySubstitution]

  /// - Parameters:
  ///   - prefix: What the keys in the file start with; nil: it was found.
  ///   - map: Changes of the file's keys.
  public init(
    path: String, strict: Bool, prefix: String? = nil, map: [KeySubstitution] = []
  ) {
    self.path = path
    self.strict = strict
    self.prefix = prefix
    self.map = map
  }

  public func statements(model: String, _ variables: inout VariableNames) -> [String] {
    [
      "load \(model), \(path.literal)" + (strict ? "" : ", strict=false")
        + (prefix.map { ", prefix=\($0.literal)" } ?? "")
        + (map.isEmpty ? "" : ", map=\(map.literal)")
    ]
  }
}

/// A member of a model was changed by hand: `preprocessing = preprocess(size=224)`.
final class ChangePast: Past {
  private let change: String

  init(_ change: String) { self.change = change }

  /// A preprocessing, as a past: `preprocessing = preprocess(size=224)`.
  init(_ preprocessing: Preprocessing) { change = "preprocessing = \(preprocessing.script)" }

  var isOfPreprocessing: Bool { change.hasPrefix("preprocessing = ") }

  func statements(model: String, _ variables: inout VariableNames) -> [String] {
    ["\(model).\(change)"]
  }
}
