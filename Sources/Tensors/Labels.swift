/// Whole numbers with a shape: class labels [N], masks [N, H, W].
public struct Labels: Equatable, Sendable {
  public let shape: [Int]
  public let values: [Int32]

  public init(_ values: [Int32], _ shape: [Int]) throws {
    guard values.count == shape.elementCount else {
      throw ShapeError("\(values.count) labels do not fill the shape \(shapeText(shape))")
    }
    self.shape = shape
    self.values = values
  }

  /// One label a sample.
  public init(_ values: [Int32]) {
    self.shape = [values.count]
    self.values = values
  }

  public var count: Int { values.count }
}
