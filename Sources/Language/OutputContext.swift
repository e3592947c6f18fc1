public import Catalog

/// A caller that text can be written to: what `print` and `warn` need.
public protocol OutputContext: CallContext {
  /// Writes text as it is, no line end added.
  func write(_ text: String, toError: Bool)
}

extension CallContext {
  func writing() throws(Failure) -> any OutputContext {
    guard let output = self as? any OutputContext else {
      throw Failure(.state, "there is nowhere to print to")
    }
    return output
  }
}
