/// A file format that holds named arrays. To add one: one file that declares it, one line in `all`.
public struct CheckpointFormat: Sendable {
  public let name: String
  /// Endings of file names, lower case, without the point.
  public let extensions: [String]
  /// Whether the first bytes can only be this format.
  public let recognises: @Sendable (FileBytes) -> Bool
  public let read: @Sendable (FileBytes) throws(CheckpointError) -> Checkpoint

  public init(
    _ name: String, extensions: [String],
    recognises: @escaping @Sendable (FileBytes) -> Bool,
    read: @escaping @Sendable (FileBytes) throws(CheckpointError) -> Checkpoint
  ) {
    self.name = name
    self.extensions = extensions
    self.recognises = recognises
    self.read = read
  }

  /// Every format, the most telling first bytes first.
  public static let all: [CheckpointFormat] = [.npy, .npz, .shards, .safetensors, .torch]
}

extension FileBytes {
  /// Whether the file begins with these bytes.
  func starts(with magic: [UInt8]) -> Bool {
    withBytes { $0.starts(with: magic) }
  }
}
