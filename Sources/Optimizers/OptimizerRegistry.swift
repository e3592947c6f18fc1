public import Catalog

/// Everything that makes an optimizer. A new one is one file and one line here.
public let optimizerRegistry = Registry(
  "Optimizers",
  [
    SGD.declaration,
    Adam.declaration,
    AdamW.declaration,
  ])

/// Everything that makes a schedule.
public let scheduleRegistry = Registry(
  "Schedules",
  [
    Constant.declaration,
    Cosine.declaration,
    OneCycle.declaration,
    StepDecay.declaration,
  ])
