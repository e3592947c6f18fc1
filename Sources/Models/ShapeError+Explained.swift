public import Catalog
public import Tensors

/// A shape that does not fit, as a person reads it: with the path of the module that saw it.
extension ShapeError: Explained {
  public var failure: Failure {
    Failure(.shape, path.isEmpty ? message : "\(path): \(message)")
  }
}
