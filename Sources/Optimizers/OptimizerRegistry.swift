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

  /// What critics are usually trained by, `adam(lr=4e-4, beta1=0, beta2=0.9)`: Zhang et al. 2019,
  /// https://arxiv.org/abs/1805.08318.
  public static var critic: Optimizer {
    Optimizer(
      Adam(
        isDecoupled: false,
        moments: Moments(lr: 4e-4, beta1: 0, beta2: 0.9, epsilon: 1e-8, decay: 0)))
  }

  /// The one of segmentation recipes, `sgd(lr=0.01, momentum=0.9, weight_decay=5e-4)`.
  public static var segmentation: Optimizer {
    Optimizer(SGD(lr: 0.01, inertia: 0.9, decay: 5e-4, nesterov: false, dampening: 0))
  }
}

extension Optimizer {
  /// USI's: AdamW with learning rate 2e-3 and weight decay 2e-2, which biases and norms are spared,
  /// as timm does by default.
  public static var usi: Optimizer {
    Optimizer(usual.rule, scope: .weights)
  }
}

extension Schedule {
  /// USI's: five epochs of warm-up from 1e-4, then a cosine down to 1e-6.
  public static var usi: Schedule {
    Schedule(Cosine(warmup: Warmup(epochs: 5, start: 1e-4), minimum: 1e-6))
  }

  /// The schedule where none is given: `cosine()`.
  public static var usual: Schedule {
    Schedule(Cosine(warmup: Warmup(), minimum: 0))
  }

  /// The one of segmentation recipes, `poly(power=0.9)`.
  public static var segmentation: Schedule {
    Schedule(Poly(power: 0.9, warmup: Warmup(), minimum: 0))
  }

  /// The optimizer's own learning rate, always: `constant()`.
  public static var plain: Schedule { Schedule(Constant(warmup: Warmup())) }
}
