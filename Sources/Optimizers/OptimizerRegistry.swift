public import Catalog

/// Everything that makes an optimizer. A new one is one file and one line here.
public let optimizerRegistry = Registry(
  "Optimizers",
  [
    SGD.declaration,
    Adam.declaration,
    AdamW.declaration,
    NAdam.declaration,
    RAdam.declaration,
    RMSProp.declaration,
    RMSPropTF.declaration,
    LAMB.declaration,
    Lion.declaration,
    Lookahead.declaration,
    Ranger.declaration,
  ])

/// Everything that bounds gradients.
public let clippingRegistry = Registry(
  "Clipping",
  [
    ClipNorm.declaration,
    ClipValue.declaration,
    AdaptiveClipping.declaration,
  ])

/// Everything that makes a schedule.
public let scheduleRegistry = Registry(
  "Schedules",
  [
    Constant.declaration,
    Cosine.declaration,
    OneCycle.declaration,
    StepDecay.declaration,
    Poly.declaration,
  ])

extension Optimizer {
  /// The optimizer where none is given: `adamw(lr=2e-3, weight_decay=2e-2)`, USI's.
  public static var usual: Optimizer {
    Optimizer(
      Adam(
        isDecoupled: true,
        moments: Moments(lr: 2e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 2e-2)))
  }
}

extension Schedule {
  /// The schedule where none is given: `cosine()`.
  public static var usual: Schedule {
    Schedule(Cosine(warmup: Warmup(), minimum: 0))
  }
}
