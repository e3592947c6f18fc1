import Catalog
import Checkpoints
public import Images
public import Tensors

/// Images of a safetensors, npz or npy file, a batch at a time.
public struct StoredImages {
  private let source: any ImageSource

  /// - Parameter name: The array's; nil where the file has only one with three or four axes.
  public init(_ path: String, name: String?, layout: ArrayLayout) throws {
    let file = try Checkpoint.read(path)
    let fitting = file.entries.filter { entry in
      name.map { $0 == entry.name } ?? (3...4).contains(entry.array.shape.count)
    }
    guard let found = fitting.first, fitting.count == 1 else {
      let names = file.names.prefix(8).map { shown($0) }.joined(separator: ", ")
      throw Failure(
        .file, "\(shown(path)) has the arrays \(names.isEmpty ? "none" : names)",
        advice: "images= says which one is meant")
    }
    source = try ArrayReader(images: found.name, labels: "", layout: layout)
      .source(found.array, "\(shown(path)): \(shown(found.name))")
  }

  public var count: Int { source.count }
  public var channels: Int { source.channels }

  /// Images N H W C of a range of places: bytes normalised, floats as they are.
  public func tensor(_ range: Range<Int>, _ normalisation: Normalisation) throws -> Tensor {
    let size = source.height * source.width * channels
    let applied = source is ByteImages ? normalisation : .identity(channels: channels)
    var tensor = Tensor(uninitialized: [range.count, source.height, source.width, channels])
    try tensor.mutate { target in
      for (row, index) in range.enumerated() {
        try source.load(index, normalised: applied, into: target + row * size)
      }
    }
    return tensor
  }
}
