public import Catalog

/// A change of a checkpoint's keys before they are matched, written `"old->new"`.
///
/// Every `old` in a key becomes `new`; `^old` only at its beginning, `old$` only at its end.
public struct KeySubstitution: ArgumentType, Sendable, Equatable {
  public let text: String
  private let old: String
  private let new: String
  private let isStart: Bool
  private let isEnd: Bool

  /// nil where there is no arrow with something in front of it.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard
      let arrow = bytes.indices.dropLast().first(where: {
        bytes[$0] == 0x2D && bytes[$0 + 1] == 0x3E
      })
    else { return nil }
    self.text = text
    new = String(decoding: bytes[(arrow + 2)...], as: UTF8.self)
    var old = String(decoding: bytes[..<arrow], as: UTF8.self)[...]
    isStart = old.first == "^"
    if isStart { old = old.dropFirst() }
    isEnd = old.last == "$"
    if isEnd { old = old.dropLast() }
    guard !old.isEmpty || isStart || isEnd else { return nil }
    self.old = String(old)
  }

  public static let expected = "\"old->new\""
  public static var valueKind: String? { "string" }

  public static func read(_ value: Value) throws -> KeySubstitution {
    guard case .string(let text) = value else { throw Mismatch() }
    guard let substitution = KeySubstitution(text) else {
      throw Mismatch("\(quotedText(text)) is no \"old->new\"")
    }
    return substitution
  }

  public var literal: String { quotedText(text) }

  /// The key after the change.
  public func applied(to key: String) -> String {
    switch (isStart, isEnd) {
    case (true, true): return key == old ? new : key
    case (true, false): return key.hasPrefix(old) ? new + key.dropFirst(old.count) : key
    case (false, true): return key.hasSuffix(old) ? key.dropLast(old.count) + new : key
    case (false, false): break
    }
    var result = ""
    var rest = key[...]
    while !rest.isEmpty {
      if rest.hasPrefix(old) {
        result += new
        rest = rest.dropFirst(old.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }
}
