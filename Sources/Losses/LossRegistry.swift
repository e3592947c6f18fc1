public import Catalog

/// Everything that makes a loss. A new loss is one file and one line here.
public let lossRegistry = Registry(
  "Losses",
  [
    CrossEntropy.declaration,
    KD.declaration,
    DKD.declaration,
    DIST.declaration,
    MLKD.declaration,
    NKD.declaration,
    WSLD.declaration,
    TfKD.declaration,
    SRD.declaration,
    DML.declaration,
    CC.declaration,
    RKD.declaration,
    PKT.declaration,
    SP.declaration,
    MSE.declaration,
    FitNet.declaration,
    AttentionTransfer.declaration,
    VID.declaration,
    NST.declaration,
    FSP.declaration,
    ActivationBoundaries.declaration,
    FactorTransfer.declaration,
    FeatureOverhaul.declaration,
    CRD.declaration,
    ReviewKD.declaration,
  ])
