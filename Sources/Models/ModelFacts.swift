import Catalog
public import Images

extension Model {
  /// Takes what a checkpoint's metadata says of preprocessing and class names; what makes no sense
  /// for this network is passed over.
  ///
  /// - Parameter role: Whose facts are looked for first: "teacher" in a run's file.
  func readFacts(from metadata: [String: String], role: String) {
    let isOwn = [".size", ".mean"].contains { metadata[role + $0] != nil }
    let role = isOwn ? role : "athanor"
    if let size = metadata[role + ".size"].flatMap({ Int($0) }), Preprocessing.sizes.contains(size)
    {
      preprocessing.size = size
    }
    if let crop = metadata[role + ".crop"].flatMap({ Double($0) }),
      Preprocessing.crops.contains(crop)
    {
      preprocessing.crop = crop
    }
    if let word = metadata[role + ".interpolation"], let way = Interpolation(rawValue: word) {
      preprocessing.interpolation = way
    }
    let names = metadata[role + ".labels"]?.split(
      separator: "\n", omittingEmptySubsequences: false)
    if let names, names.count == classes { labels = names.map { String($0) } }
    if let stated = Normalisation(metadata: metadata, role: role), stated.mean.count == channels {
      normalisation = stated
    } else if isPublished, !metadata.keys.contains(where: { $0.hasPrefix("athanor.") }) {
      // Weights of other programs that say nothing: those of the family were trained its way.
      normalisation = preprocessing.normalisation
    }
  }

  /// Writes into a checkpoint's metadata what `readFacts` reads.
  public func writeFacts(to metadata: inout [String: String], role: String = "athanor") {
    metadata[role + ".size"] = String(preprocessing.size)
    metadata[role + ".crop"] = "\(preprocessing.crop)"
    metadata[role + ".interpolation"] = preprocessing.interpolation.rawValue
    if !labels.isEmpty {
      let lines = labels.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
      metadata[role + ".labels"] = lines.joined(separator: "\n")
    }
    guard let normalisation else { return }
    let numbers = { (list: [Float]) in list.map { "\($0)" }.joined(separator: " ") }
    metadata[role + ".mean"] = numbers(normalisation.mean)
    metadata[role + ".std"] = numbers(normalisation.std)
  }
}

extension Normalisation {
  /// What `writeFacts` left in a checkpoint's metadata; nil where there is nothing sensible.
  public init?(metadata: [String: String], role: String = "athanor") {
    func numbers(_ key: String) -> [Float]? {
      metadata[role + key].map { $0.split(separator: " ").compactMap { Float($0) } }
    }
    guard let mean = numbers(".mean"), let std = numbers(".std"),
      mean.count == std.count, !mean.isEmpty, mean.allSatisfy({ $0.isFinite }),
      std.allSatisfy({ $0 > 0 && $0.isFinite })
    else { return nil }
    self.init(mean: mean, std: std)
  }
}
