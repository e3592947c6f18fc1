public import Catalog

/// Everything that makes a model, by family. A new network is one file and one line here.
public let modelRegistry = Registry(
  "Models",
  sections: [
    Registry.Section("Multilayer perceptron", [MLP.declaration]),
    Registry.Section("LeNet", [LeNet.declaration]),
    Registry.Section("ResNet for small images", CifarResNet.declarations),
    Registry.Section("Wide ResNet for small images", WideResNet.declarations),
    Registry.Section("ResNet", ResNet.declarations),
  ])
