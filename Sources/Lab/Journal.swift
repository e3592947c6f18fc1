import Catalog

/// What a statement has changed beyond the variables, so that a failed one changes nothing.
struct Journal {
  private var seen: Set<ObjectIdentifier> = []
  private var restorers: [() -> Void] = []

  /// Remembers an object as it is, before its first change in this statement.
  mutating func note(_ object: any Object) {
    guard type(of: object) is AnyClass else { return }
    guard seen.insert(ObjectIdentifier(object as AnyObject)).inserted else { return }
    if let restorer = object.restorer { restorers.append(restorer) }
  }

  /// Ends the statement; a failed one is undone, the last change first.
  mutating func close(undoing: Bool) {
    if undoing { for restore in restorers.reversed() { restore() } }
    seen = []
    restorers = []
  }
}
