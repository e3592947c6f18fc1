/// Named arrays of a file, in the order the file has them, and its own words about itself.
public struct Checkpoint: Sendable {
  /// One array and its name: `layer1.0.conv1.weight`.
  public struct Entry: Sendable {
    public var name: String
    public var array: StoredArray

    public init(_ name: String, _ array: StoredArray) {
      self.name = name
      self.array = array
    }
  }

  public private(set) var entries: [Entry] = []
  /// Free words by key: safetensors' `__metadata__`; empty for formats that have none.
  public var metadata: [String: String] = [:]
  /// Values that were not read, by name, with what they are: "what 'x.y' would make, which is not
  /// run".
  public var unread: [String: String] = [:]
  private var places: [String: Int] = [:]

  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Entries by name; the names must differ.
  public init(_ entries: [Entry], metadata: [String: String] = [:]) {
    self.metadata = metadata
    for entry in entries {
      let isNew = add(entry.name, entry.array)
      precondition(isNew, "two arrays are named \(entry.name)")
    }
  }

  /// Adds an array. Returns false, and changes nothing, where the name is taken.
  public mutating func add(_ name: String, _ array: StoredArray) -> Bool {
    guard places[name] == nil else { return false }
    places[name] = entries.count
    entries.append(Entry(name, array))
    return true
  }

  public var names: [String] { entries.map(\.name) }

  /// The array of that name.
  public subscript(name: String) -> StoredArray? { places[name].map { entries[$0].array } }

  /// Reads a file of any known format, told by its first bytes and then by its name; of a folder,
  /// the file that publishers put their weights in.
  public static func read(_ path: String) throws(CheckpointError) -> Checkpoint {
    try read(FileBytes(path: WeightsFolder.file(in: path) ?? path))
  }

  /// Reads bytes of any known format.
  public static func read(_ file: FileBytes) throws(CheckpointError) -> Checkpoint {
    let format =
      CheckpointFormat.all.first { $0.recognises(file) }
      ?? CheckpointFormat.all.first { format in
        format.extensions.contains { file.name.lowercased().hasSuffix("." + $0) }
      }
    guard let format else {
      let known = CheckpointFormat.all.map(\.name).joined(separator: ", ")
      throw CheckpointError(file.name, "is in no known format", advice: "known are \(known)")
    }
    return try format.read(file)
  }
}
