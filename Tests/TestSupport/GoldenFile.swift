import Foundation
public import Tensors

/// A file of reference values under `Tests/Golden`, beside the script that made it.
public func golden<Content: Decodable>(_ path: String, as _: Content.Type) throws -> Content {
  let data = try Data(contentsOf: goldenFolder.appendingPathComponent(path))
  return try JSONDecoder().decode(Content.self, from: data)
}

/// The names without `.json` of a folder's files of reference values, in order.
public func goldenFiles(_ folder: String) -> [String] {
  let path = goldenFolder.appendingPathComponent(folder).path
  let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
  return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
}

private let goldenFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("Golden")

/// Two numbers that tell whether a long list is right: its L2 norm, and its scalar product with
/// numbers by formula.
public struct Fingerprint: Sendable, Equatable {
  public var norm: Double
  public var projection: Double

  public init(norm: Double, projection: Double) {
    self.norm = norm
    self.projection = projection
  }

  /// - Parameters:
  ///   - key: Of the numbers to project on.
  ///   - layout: How the tensor's axes stand to PyTorch's.
  public init(_ tensor: Tensor, on key: String, layout: Layout = .plain, seed: Int = 0) throws {
    let numbers = Formula.numbers(key, count: tensor.count, seed: seed)
    let probe = try layout.tensor(
      fromCheckpoint: numbers, layout.checkpointShape(tensor.shape))
    norm = try tensor.dot(tensor).squareRoot()
    projection = try tensor.dot(probe)
  }

  public var numbers: [Double] { [norm, projection] }
}

extension Fingerprint: Decodable {
  /// `[norm, projection]`.
  public init(from decoder: any Decoder) throws {
    var list = try decoder.unkeyedContainer()
    norm = try list.decode(Double.self)
    projection = try list.decode(Double.self)
  }
}
