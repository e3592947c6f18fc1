public import Catalog

/// Everything that makes a loss. A new loss is one file and one line here.
public let lossRegistry = Registry(
  "Losses",
  [
    CrossEntropy.declaration,
    KD.declaration,
    MSE.declaration,
  ])
