import Catalog

/// How large a value may grow; doubling a list in a loop is an error, not the end of the process.
enum ValueLimits {
  /// Elements of a list, with those of the lists in it.
  static let elements = 2_000_000
  /// Bytes of a string.
  static let bytes = 64_000_000
  /// Lists in lists: freeing and printing them recurses.
  static let depth = 100

  static func check(count: Int) throws(Failure) {
    if count > elements {
      throw Failure(.memory, "a list of \(count) elements: at most \(elements) are kept")
    }
  }

  static func check(bytes count: Int) throws(Failure) {
    if count > bytes {
      throw Failure(.memory, "a string of \(count) bytes: at most \(bytes) are kept")
    }
  }

  /// Checks a list that was just made of other values.
  static func check(_ items: [Value]) throws(Failure) {
    var left = elements
    try weigh(items, depth: 1, &left)
  }

  private static func weigh(_ items: [Value], depth: Int, _ left: inout Int) throws(Failure) {
    if depth > Self.depth {
      throw Failure(.memory, "lists are nested more than \(Self.depth) deep")
    }
    left -= items.count
    if left < 0 {
      throw Failure(.memory, "the lists in this list have more than \(elements) elements")
    }
    for item in items {
      if case .list(let inner) = item { try weigh(inner, depth: depth + 1, &left) }
    }
  }
}
