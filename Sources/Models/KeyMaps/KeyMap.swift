import Images

/// The names that another program's published files have for what is called otherwise here. To add
/// one: one file that declares it, one line in `all`.
struct KeyMap: Sendable {
  /// What a report calls it: "torchvision's MobileNetV2".
  let name: String
  /// Whether a file with these keys is one of them.
  let recognises: @Sendable (Set<String>) -> Bool
  /// New keys by the file's; keys that it does not mention keep theirs. Also gets the network's keys
  /// in their order, to count blocks by.
  let renamed: @Sendable (_ keys: [String], _ wanted: [String]) -> [String: String]
  /// Endings of the file's keys that hold nothing to be read.
  var dropped: [String] = []
  /// What is added to the variances in batch norms of the file's networks, where that differs from
  /// what is usual for the same network here.
  var epsilon: Float?
  /// How images were prepared for these weights, where that is not the family's usual way.
  var normalisation: Normalisation?

  static let all: [KeyMap] = [
    .efficientNetLite, .torchvisionMobileNetV2, .torchvisionMobileNetV3, .torchvisionEfficientNet,
    .torchvisionVisionTransformer, .torchvisionConvNeXt, .torchvisionSwin,
  ]

  /// Prefixes of the network's blocks in their order: `blocks.0.0`, `blocks.1.0`, ….
  static func blocks(of wanted: [String]) -> [String] {
    var result: [String] = []
    for key in wanted {
      let parts = key.split(separator: ".", maxSplits: 3)
      guard parts.count == 4, parts[0] == "blocks", Int(parts[2]) != nil else { continue }
      let block = parts[0...2].joined(separator: ".")
      if result.last != block { result.append(block) }
    }
    return result
  }

  /// Renames by the first of several beginnings that a key has.
  static func replacing(_ beginnings: [(String, String)], in key: String) -> String? {
    for (old, new) in beginnings where key.hasPrefix(old) { return new + key.dropFirst(old.count) }
    return nil
  }
}
