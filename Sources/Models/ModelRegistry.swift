public import Catalog

/// Everything that makes a model. A new network is one file and one line here.
public let modelRegistry = Registry(
  "Models",
  [MLP.declaration, LeNet.declaration]
    + CifarResNet.declarations
    + WideResNet.declarations
    + ResNet.declarations)
