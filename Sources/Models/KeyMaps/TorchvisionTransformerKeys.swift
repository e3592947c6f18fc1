extension KeyMap {
  /// torchvision's vision transformer: `encoder.layers.encoder_layer_N`.
  static let torchvisionVisionTransformer = KeyMap(
    name: "torchvision's ViT",
    recognises: { $0.contains("class_token") && $0.contains("conv_proj.weight") },
    renamed: { keys, _ in
      let ends = [
        ("class_token", "cls_token"), ("encoder.pos_embedding", "pos_embed"),
        ("conv_proj.", "patch_embed.proj."), ("encoder.ln.", "norm."), ("heads.head.", "head."),
      ]
      let parts = [
        ("ln_1.", "norm1."), ("ln_2.", "norm2."), ("self_attention.in_proj_", "attn.qkv."),
        ("self_attention.out_proj.", "attn.proj."), ("mlp.linear_1.", "mlp.fc1."),
        ("mlp.linear_2.", "mlp.fc2."), ("mlp.0.", "mlp.fc1."), ("mlp.3.", "mlp.fc2."),
      ]
      let start = "encoder.layers.encoder_layer_"
      return rename(keys) { key in
        guard key.hasPrefix(start) else { return replacing(ends, in: key) }
        let rest = key.dropFirst(start.count).split(separator: ".", maxSplits: 1).map(String.init)
        guard rest.count == 2 else { return nil }
        return replacing(parts, in: rest[1]).map { "blocks.\(rest[0])." + $0 }
      }
    })

  /// torchvision's ConvNeXt: stages are the odd features, what joins them the even ones.
  static let torchvisionConvNeXt = KeyMap(
    name: "torchvision's ConvNeXt",
    recognises: { $0.contains("features.1.0.layer_scale") },
    renamed: { keys, _ in
      let ends = [
        ("features.0.0.", "stem.0."), ("features.0.1.", "stem.1."),
        ("classifier.0.", "head.norm."), ("classifier.2.", "head.fc."),
      ]
      let parts = [
        ("block.0.", "conv_dw."), ("block.2.", "norm."), ("block.3.", "mlp.fc1."),
        ("block.5.", "mlp.fc2."), ("layer_scale", "gamma"),
      ]
      return rename(keys) { key in
        if let end = replacing(ends, in: key) { return end }
        guard let (feature, block, rest) = feature(key) else { return nil }
        if feature % 2 == 0 { return "stages.\(feature / 2).downsample.\(block).\(rest)" }
        return replacing(parts, in: rest).map { "stages.\(feature / 2).blocks.\(block)." + $0 }
      }
    })

  /// torchvision's Swin transformer: stages are the odd features, what joins them the even ones.
  static let torchvisionSwin = KeyMap(
    name: "torchvision's Swin",
    recognises: { $0.contains("features.1.0.attn.relative_position_bias_table") },
    renamed: { keys, _ in
      let ends = [
        ("features.0.0.", "patch_embed.proj."), ("features.0.2.", "patch_embed.norm."),
        ("head.", "head.fc."), ("norm.", "norm."),
      ]
      let parts = [("mlp.0.", "mlp.fc1."), ("mlp.3.", "mlp.fc2.")]
      return rename(keys) { key in
        if let end = replacing(ends, in: key) { return end }
        let pieces = key.split(separator: ".", maxSplits: 2).map(String.init)
        guard pieces.count == 3, pieces[0] == "features", let feature = Int(pieces[1]) else {
          return nil
        }
        if feature % 2 == 0 { return "layers.\(feature / 2).downsample.\(pieces[2])" }
        guard let (_, block, rest) = Self.feature(key) else { return nil }
        return "layers.\(feature / 2).blocks.\(block)." + (replacing(parts, in: rest) ?? rest)
      }
    },
    // Made anew from the window's size.
    dropped: ["attn.relative_position_index"])

  private static func rename(
    _ keys: [String], _ new: (String) -> String?
  ) -> [String: String] {
    Dictionary(
      keys.compactMap { key in new(key).map { (key, $0) } }, uniquingKeysWith: { a, _ in a })
  }

  /// `features.3.1.block.0.weight` → (3, 1, "block.0.weight")
  private static func feature(_ key: String) -> (Int, Int, String)? {
    let parts = key.split(separator: ".", maxSplits: 3).map(String.init)
    guard parts.count == 4, parts[0] == "features", let feature = Int(parts[1]),
      let block = Int(parts[2]), feature > 0
    else { return nil }
    return (feature, block, parts[3])
  }
}
