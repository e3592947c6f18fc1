extension KeyMap {
  /// torchvision's MobileNetV2: `features.N.conv.M`.
  static let torchvisionMobileNetV2 = KeyMap(
    name: "torchvision's MobileNetV2",
    recognises: { $0.contains("features.1.conv.0.0.weight") },
    renamed: { keys, wanted in
      let last = lastFeature(of: keys)
      return renamedFeatures(
        keys, blocks: KeyMap.blocks(of: wanted), body: "conv",
        ends: [
          ("features.0.0.", "conv_stem."), ("features.0.1.", "bn1."),
          ("features.\(last).0.", "conv_head."), ("features.\(last).1.", "bn2."),
          ("classifier.1.", "classifier."),
        ]
      ) { $0[0] == "features" ? Int($0[1]) : nil }
    })

  /// torchvision's MobileNetV3: `features.N.block.M`. Its batch norms add 0.001 to the variance.
  static let torchvisionMobileNetV3 = KeyMap(
    name: "torchvision's MobileNetV3",
    recognises: {
      $0.contains("features.1.block.0.0.weight") && $0.contains("classifier.3.weight")
    },
    renamed: { keys, wanted in
      let last = lastFeature(of: keys)
      // The last convolution of the trunk is a stage of its own here.
      let stage = wanted.last { $0.hasPrefix("blocks.") }.map {
        $0.split(separator: ".").prefix(3).joined(separator: ".")
      }
      return renamedFeatures(
        keys, blocks: KeyMap.blocks(of: wanted), body: "block",
        ends: [
          ("features.0.0.", "conv_stem."), ("features.0.1.", "bn1."),
          ("features.\(last).0.", (stage ?? "blocks.0.0") + ".conv."),
          ("features.\(last).1.", (stage ?? "blocks.0.0") + ".bn1."),
          ("classifier.0.", "conv_head."), ("classifier.3.", "classifier."),
        ]
      ) { $0[0] == "features" ? Int($0[1]) : nil }
    },
    epsilon: 1e-3)

  /// torchvision's EfficientNet: `features.STAGE.N.block.M`.
  static let torchvisionEfficientNet = KeyMap(
    name: "torchvision's EfficientNet",
    recognises: { $0.contains("features.1.0.block.0.0.weight") },
    renamed: { keys, wanted in
      let last = lastFeature(of: keys)
      var order: [String] = []
      for key in keys where key.contains(".block.") {
        let block = key.split(separator: ".").prefix(3).joined(separator: ".")
        if order.last != block { order.append(block) }
      }
      let places = Dictionary(
        order.enumerated().map { ($0.element, $0.offset + 1) }, uniquingKeysWith: { a, _ in a })
      return renamedFeatures(
        keys, blocks: KeyMap.blocks(of: wanted), body: "block",
        ends: [
          ("features.0.0.", "conv_stem."), ("features.0.1.", "bn1."),
          ("features.\(last).0.", "conv_head."), ("features.\(last).1.", "bn2."),
          ("classifier.1.", "classifier."),
        ]
      ) { $0.count > 3 ? places[$0[0...2].joined(separator: ".")] : nil }
    })

  private static func lastFeature(of keys: [String]) -> Int {
    keys.compactMap { key -> Int? in
      let parts = key.split(separator: ".", maxSplits: 2)
      return parts.count == 3 && parts[0] == "features" ? Int(parts[1]) : nil
    }.max() ?? 0
  }

  /// - Parameters:
  ///   - body: What a block calls the row of its parts.
  ///   - number: The number of the block that a key split at its points belongs to, from 1.
  private static func renamedFeatures(
    _ keys: [String], blocks: [String], body: String, ends: [(String, String)],
    number: ([String]) -> Int?
  ) -> [String: String] {
    var result: [String: String] = [:]
    var members: [Int: [(key: String, rest: [String])]] = [:]
    for key in keys {
      let parts = key.split(separator: ".").map(String.init)
      if let at = parts.firstIndex(of: body), at >= 2, let number = number(parts),
        blocks.indices.contains(number - 1)
      {
        members[number, default: []].append((key, Array(parts[(at + 1)...])))
      } else {
        result[key] = replacing(ends, in: key)
      }
    }
    for (number, list) in members {
      for (key, new) in renamedBlock(list) { result[key] = blocks[number - 1] + "." + new }
    }
    return result
  }

  /// The parts of one block: a row of convolutions with their norms, `fc1` and `fc2` between them;
  /// two convolutions where the block does not widen first, else three.
  private static func renamedBlock(
    _ list: [(key: String, rest: [String])]
  ) -> [(String, String)] {
    var parts: [(place: [String], isConvolution: Bool)] = []
    for (_, rest) in list where rest.last == "weight" {
      let place = Array(rest.dropLast())
      guard !["fc1", "fc2"].contains(place.last) else { continue }
      let isNorm = list.contains {
        Array($0.rest.dropLast()) == place && $0.rest.last == "running_var"
      }
      parts.append((place, !isNorm))
    }
    let convolutions = parts.filter(\.isConvolution).count
    let names = convolutions == 2 ? ["conv_dw", "conv_pw"] : ["conv_pw", "conv_dw", "conv_pwl"]
    var new: [[String]: String] = [:]
    var (convolution, norm) = (0, 0)
    for (place, isConvolution) in parts {
      if isConvolution, convolution < names.count {
        new[place] = names[convolution]
        convolution += 1
      } else if !isConvolution {
        norm += 1
        new[place] = "bn\(norm)"
      }
    }
    return list.compactMap { key, rest in
      let (place, last) = (Array(rest.dropLast()), rest.last ?? "")
      switch place.last {
      case "fc1"?: return (key, "se.conv_reduce." + last)
      case "fc2"?: return (key, "se.conv_expand." + last)
      default: return new[place].map { (key, $0 + "." + last) }
      }
    }
  }
}
