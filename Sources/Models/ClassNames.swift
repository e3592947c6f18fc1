public import Catalog
import Checkpoints

/// Where the names of a network's classes come from.
public enum ClassNames: ArgumentType, Equatable {
  case list([String])
  /// ImageNet's thousand.
  case imagenet
  /// A text file with a line for each class; of columns parted by tabs, the last counts.
  case file(String)

  public static let expected = "a list of names, \"imagenet\" or a file name"
  public static let valueKind: String? = "list"

  public static func read(_ value: Value) throws -> ClassNames {
    switch value {
    case .string("imagenet"): return .imagenet
    case .string(let path): return .file(path)
    default:
      guard let names = try? [String].read(value) else { throw Mismatch() }
      return .list(names)
    }
  }

  /// The same outside of a call, where a mismatch is told as a failure.
  static func from(_ value: Value) throws -> ClassNames {
    guard let names = try? read(value) else {
      throw Failure(.type, "labels need \(expected), got \(value.line(quoted: true))")
    }
    return names
  }

  public var literal: String {
    switch self {
    case .list(let names): names.literal
    case .imagenet: quotedText("imagenet")
    case .file(let path): quotedText(path)
    }
  }

  /// The names, exactly as many as there are classes.
  public func names(count: Int) throws -> [String] {
    let names: [String]
    let origin: String
    switch self {
    case .list(let list): (names, origin) = (list, "the list")
    case .imagenet: (names, origin) = (ImageNetNames.all, "ImageNet")
    case .file(let path): (names, origin) = (try ClassNames.lines(of: path), shown(path))
    }
    guard names.count == count else {
      throw Failure(
        .value, "\(origin) names \(names.count) classes, the model has \(count)")
    }
    return names
  }

  /// No list of class names is longer than this many bytes.
  private static let longest = 1 << 24

  private static func lines(of path: String) throws -> [String] {
    let file = try FileBytes(path: path)
    guard file.count <= longest else {
      throw Failure(.file, "\(shown(path)) has \(file.count) bytes; no list of names is so long")
    }
    let text = file.withBytes { String(decoding: $0, as: UTF8.self) }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    while lines.last?.isEmpty ?? false { lines.removeLast() }
    return lines.map { line in
      let last = line.split(separator: "\t").last ?? ""
      return String(last.drop { $0 == " " })
    }
  }
}
