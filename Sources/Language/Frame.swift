import Catalog

/// Where a piece of source is being executed: the program itself, or one call of a function.
final class Frame {
  let source: SourceText
  /// The function whose call this is; nil where names are the session's own.
  let function: UserFunction?
  let caller: Frame?
  var locals = Variables()
  /// Variables of comprehensions, the innermost last.
  var bindings: [(name: String, value: Value)] = []

  init(source: SourceText, function: UserFunction? = nil, caller: Frame? = nil) {
    self.source = source
    self.function = function
    self.caller = caller
  }

  func binding(_ name: String) -> Value? {
    bindings.last { $0.name == name }?.value
  }

  /// Whether a function is being called here or further out.
  func isInside(_ function: UserFunction) -> Bool {
    var frame: Frame? = self
    while let here = frame {
      if here.function === function { return true }
      frame = here.caller
    }
    return false
  }
}
