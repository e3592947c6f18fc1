extension CheckpointFormat {
  /// The list of the files over which a large network's weights are spread:
  /// `model.safetensors.index.json` with a `weight_map` from key to file of the same folder.
  /// https://huggingface.co/docs/transformers/big_models
  public static let shards = CheckpointFormat(
    "index.json", extensions: ["index.json"],
    recognises: { $0.name.hasSuffix(".index.json") }, read: readShards)
}

/// No network is spread over more files.
private let mostShards = 1000

@Sendable
private func readShards(_ file: FileBytes) throws(CheckpointError) -> Checkpoint {
  var places: [(key: String, shard: String)] = []
  var json = JSONReader(file.all, calling: "the file")
  try json.object { (json, key) throws(CheckpointError) in
    guard key == "weight_map" else { return try json.skip() }
    try json.object { (json, name) throws(CheckpointError) in
      places.append((name, try json.string()))
    }
  }
  try json.finish()
  guard !places.isEmpty else { throw CheckpointError(file.name, "it has no 'weight_map'") }
  let folder = file.name.lastIndex(of: "/").map { String(file.name[...$0]) } ?? ""
  var shards: [String: Checkpoint] = [:]
  var result = Checkpoint()
  for (key, name) in places {
    // A name with a slash could lead anywhere.
    guard !name.contains("/"), !name.hasSuffix(".index.json"), !name.isEmpty else {
      throw CheckpointError(file.name, "\(shown(name)) is no file beside it")
    }
    if shards[name] == nil {
      guard shards.count < mostShards else {
        throw CheckpointError(file.name, "it names more than \(mostShards) files")
      }
      let shard = try Checkpoint.read(FileBytes(path: folder + name))
      shards[name] = shard
      result.metadata.merge(shard.metadata) { first, _ in first }
    }
    guard let array = shards[name]?[key] else {
      throw CheckpointError(folder + name, "there is no \(shown(key)), which the index puts there")
    }
    guard result.add(key, array) else {
      throw CheckpointError(file.name, "\(shown(key)) is there twice")
    }
  }
  return result
}
