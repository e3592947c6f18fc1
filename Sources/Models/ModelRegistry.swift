public import Catalog

/// Everything that makes a model, by family. A new network is one file and one line here.
public let modelRegistry = Registry(
  "Models",
  sections: [
    Registry.Section("Multilayer perceptron", [MLP.declaration]),
    Registry.Section("LeNet", [LeNet.declaration]),
    Registry.Section("ResNet for small images", CifarResNet.declarations),
    Registry.Section("Wide ResNet for small images", WideResNet.declarations),
    Registry.Section("VGG for small images", CifarVGG.declarations),
    Registry.Section("MobileNetV2 for small images", CifarMobileNetV2.declarations),
    Registry.Section(
      "ShuffleNet for small images",
      [CifarShuffleNetV1.declaration, CifarShuffleNetV2.declaration]),
    Registry.Section("ResNet", ResNet.declarations),
    Registry.Section("TResNet", TResNet.declarations),
    Registry.Section("RegNet", RegNet.declarations),
    Registry.Section("MobileNetV2", MobileNetV2.declarations),
    Registry.Section("MobileNetV3", MobileNetV3.declarations),
    Registry.Section("Once-for-all MobileNetV3", [OnceForAllPlan.declaration]),
    Registry.Section("EfficientNet", EfficientNet.declarations),
    Registry.Section("EfficientNet-Lite", EfficientNetLite.declarations),
    Registry.Section("ConvNeXt", ConvNeXt.declarations),
    Registry.Section("Vision transformer", VisionTransformer.declarations),
    Registry.Section("LeViT", Levit.declarations),
    Registry.Section("Swin transformer", Swin.declarations),
    Registry.Section("Transformer in transformer", TNT.declarations),
    Registry.Section("MLP-Mixer and ResMLP", MlpMixer.declarations),
  ])
