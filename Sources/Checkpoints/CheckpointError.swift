public import Catalog

/// A file that cannot be read or written: which one, where in it, and why.
public struct CheckpointError: Error, Sendable, Equatable {
  /// The file as it was named.
  public var file: String
  /// The byte at which it was noticed; nil where the whole file is meant.
  public var offset: Int?
  /// One lower-case clause with the facts.
  public var reason: String
  /// What to do, where there is something.
  public var advice: String?

  public init(_ file: String, at offset: Int? = nil, _ reason: String, advice: String? = nil) {
    self.file = file
    self.offset = offset
    self.reason = reason
    self.advice = advice
  }
}

extension CheckpointError: Explained {
  /// `'model.safetensors', byte 8: the header …`
  public var failure: Failure {
    let place = offset.map { ", byte \($0)" } ?? ""
    return Failure(.file, "\(shown(file))\(place): \(reason)", advice: advice)
  }
}

/// A name from outside for an error text: in single quotes, on one line, at most 80 characters.
public func shown(_ name: String) -> String {
  var text = ""
  var length = 0
  for scalar in name.unicodeScalars {
    if length == 80 {
      text += "…"
      break
    }
    // Control characters of a hostile file must not reach a terminal.
    let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    text.unicodeScalars.append(isControl ? "?" : scalar)
    length += 1
  }
  return "'\(text)'"
}
