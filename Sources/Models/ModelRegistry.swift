public import Catalog

/// Everything that makes a model, by family. A new network is one file and one line here.
public let modelRegistry = Registry(
  "Models",
  sections: [
    Registry.Section("Multilayer perceptron", [MLP.declaration]),
    Registry.Section("LeNet", [LeNet.declaration]),
    Registry.Section("CIFAR ResNet", CifarResNet.declarations),
    Registry.Section("CIFAR wide ResNet", WideResNet.declarations),
    Registry.Section("CIFAR VGG", CifarVGG.declarations),
    Registry.Section("CIFAR MobileNetV2", CifarMobileNetV2.declarations),
    Registry.Section(
      "CIFAR ShuffleNet", [CifarShuffleNetV1.declaration, CifarShuffleNetV2.declaration]),
    Registry.Section("ResNet", ResNet.declarations),
    Registry.Section("TResNet", TResNet.declarations),
    Registry.Section("RegNet", RegNet.declarations),
    Registry.Section("MobileNetV2", MobileNetV2.declarations),
    Registry.Section("MobileNetV3", MobileNetV3.declarations),
    Registry.Section("Once-for-all", [OnceForAllPlan.declaration]),
    Registry.Section("EfficientNet", EfficientNet.declarations),
    Registry.Section("EfficientNet-Lite", EfficientNetLite.declarations),
    Registry.Section("ConvNeXt", ConvNeXt.declarations),
    Registry.Section("Vision transformer", VisionTransformer.declarations),
    Registry.Section("LeViT", Levit.declarations),
    Registry.Section("Swin transformer", Swin.declarations),
    Registry.Section("TNT", TNT.declarations),
    Registry.Section("PSPNet", PSPNet.declarations),
    Registry.Section("MLP-Mixer and ResMLP", MlpMixer.declarations),
  ])
