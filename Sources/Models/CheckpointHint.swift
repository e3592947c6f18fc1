import Checkpoints

/// What might help where a checkpoint does not fit.
enum CheckpointHint {
  /// Advice for a network whose keys were not, or hardly, found.
  static func advice(for wanted: [String], in checkpoint: Checkpoint) -> String? {
    if let prefix = prefix(for: wanted, in: checkpoint.names) {
      return "prefix=\"\(prefix)\" fits"
    }
    if let family = family(checkpoint) { return "its keys are those of \(family)" }
    let arch = ["arch", "architecture", "model_name"].lazy.compactMap { checkpoint.metadata[$0] }
    return arch.first.map { "the file calls its network \(shown($0))" }
  }

  /// What nearly all keys of the network have in front of them in the file.
  private static func prefix(for wanted: [String], in names: [String]) -> String? {
    guard let probe = wanted.max(by: { $0.utf8.count < $1.utf8.count }) else { return nil }
    let all = Set(names)
    for name in names where name.hasSuffix("." + probe) {
      let prefix = String(name.dropLast(probe.count))
      let found = wanted.filter { all.contains(prefix + $0) }.count
      if found * 10 >= wanted.count * 9 { return prefix }
    }
    return nil
  }

  /// The family whose networks have such keys.
  private static func family(_ checkpoint: Checkpoint) -> String? {
    let marks: [(ending: String, family: String)] = [
      ("layers.0.blocks.0.attn.relative_position_bias_table", "a Swin transformer (swin_…)"),
      ("blocks.0.mlp_tokens.fc1.weight", "an MLP-Mixer (mixer_…)"),
      ("blocks.0.linear_tokens.weight", "a ResMLP (resmlp_…)"),
      ("blocks.0.attn_in.qk.weight", "a TNT (tnt_…)"),
      ("dist_token", "a distilled DeiT (deit_…_distilled_…)"),
      ("blocks.0.attn.qkv.weight", "a vision transformer (vit_…, deit_…)"),
      ("stages.0.blocks.0.gamma", "a ConvNeXt (convnext_…)"),
      ("blocks.0.0.conv_dw.weight", "a mobile network (efficientnet_…, mobilenetv2_…, …)"),
      ("s1.b1.conv1.conv.weight", "a RegNet (regnety_…)"),
      ("block1.layer.0.conv1.weight", "a wide ResNet for small images (wrn_…)"),
      ("layer1.0.conv1.0.weight", "a TResNet (tresnet_…)"),
    ]
    for (ending, family) in marks {
      if checkpoint.names.contains(where: { $0 == ending || $0.hasSuffix("." + ending) }) {
        return family
      }
    }
    return resNet(checkpoint)
  }

  private static func resNet(_ checkpoint: Checkpoint) -> String? {
    guard
      let probe = checkpoint.names.first(where: {
        $0 == "layer1.0.conv1.weight" || $0.hasSuffix(".layer1.0.conv1.weight")
      })
    else { return nil }
    let prefix = probe.dropLast("layer1.0.conv1.weight".count)
    let all = Set(checkpoint.names)
    let depths = (1...4).map { layer in
      (0..<64).prefix { all.contains("\(prefix)layer\(layer).\($0).conv1.weight") }.count
    }
    if depths[3] == 0 { return "a ResNet for small images (resnet8, resnet20, …)" }
    let isBottleneck = all.contains("\(prefix)layer1.0.conv3.weight")
    let known: [([Int], Bool, String)] = [
      ([2, 2, 2, 2], false, "resnet18"), ([3, 4, 6, 3], false, "resnet34"),
      ([3, 4, 6, 3], true, "resnet50"), ([3, 4, 23, 3], true, "resnet101"),
      ([3, 8, 36, 3], true, "resnet152"),
    ]
    let name = known.first { $0.0 == depths && $0.1 == isBottleneck }?.2
    if name == "resnet50", checkpoint[probe]?.shape.first == 128 { return "a wide_resnet50_2" }
    return "a " + (name ?? "ResNet (resnet…)")
  }
}
