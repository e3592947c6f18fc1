import Catalog

/// `==` and `<` of the language.
enum Comparison {
  /// Values of different kinds are different, except that a range equals the list of its numbers.
  static func areEqual(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.list(let a), .list(let b)):
      a.count == b.count && zip(a, b).allSatisfy { areEqual($0, $1) }
    case (.range(let a, let b), .range(let c, let d)): (a, b) == (c, d) || (b < a && d < c)
    case (.range(let lower, let upper), .list(let items)),
      (.list(let items), .range(let lower, let upper)):
      items.count == max(0, upper - lower + 1)
        && items.enumerated().allSatisfy { areEqual($1, .number(Double(lower + $0))) }
    case (.function(let a), .function(let b)): a.name == b.name && a.usage == b.usage
    case (.object(let a), .object(let b)): a.isEqual(to: b)
    default: false
    }
  }

  /// Whether `a < b`; nil if the two have no order (lists are ordered by their first difference).
  static func isLess(_ a: Value, _ b: Value) -> Bool? {
    switch (a, b) {
    case (.number(let a), .number(let b)): return a < b
    case (.string(let a), .string(let b)): return isLess(a, b)
    case (.list(let a), .list(let b)):
      for (x, y) in zip(a, b) where !areEqual(x, y) { return isLess(x, y) }
      return a.count < b.count
    default: return nil
    }
  }

  /// By code points: `String`'s own order is that of canonical forms, which nobody expects.
  private static func isLess(_ a: String, _ b: String) -> Bool {
    a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
  }

  static func apply(_ symbol: TokenKind, _ a: Value, _ b: Value) throws(Failure) -> Bool {
    switch symbol {
    case .equal: return areEqual(a, b)
    case .notEqual: return !areEqual(a, b)
    default: break
    }
    // `a >= b` is not `!(a < b)`: both are false of nan.
    let isOrdered = isLess(a, b)
    guard let less = isOrdered, let greater = isLess(b, a) else {
      throw Failure(.type, "cannot order \(short(a)) and \(short(b))")
    }
    switch symbol {
    case .less: return less
    case .greater: return greater
    case .lessEqual: return less || areEqual(a, b)
    default: return greater || areEqual(a, b)
    }
  }
}
