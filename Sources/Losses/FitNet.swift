import Catalog
public import Layers
public import Tensors

/// Hints of FitNets (Romero et al. 2014): mean (r(f_S) − f_T)² over all numbers, summed over the
/// pairs, with a regressor r where the shapes differ.
public struct FitNet: Loss {
  public var relu: Bool
  public var on: FeatureSelection

  public init(relu: Bool = true, on: FeatureSelection = .automatic) {
    self.relu = relu
    self.on = on
  }

  public var name: String { "fitnet" }
  public func script(_ models: ModelNames) -> String {
    call(name, [relu ? "" : "relu=false", on.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(on, otherwise: .stage(2)) }

  public func parts(for shapes: LossShapes) throws -> Module? {
    try FeatureAdapters(shapes) {
      FeatureAdapter($0, norm: true, activation: relu ? .relu : .none)
    }
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let pairs = try input.parts(FeatureAdapters.self, for: name).pairs(of: input, for: name)
    return try total(pairs.map { try ($0.student - $0.teacher).square().mean() })
  }

  static let declaration = Declaration(
    "fitnet", "Hints of Romero et al. (2014): the student's features regress the teacher's.",
    details: """
      mean((r(f_S) − f_T)²) over N, H, W and C, summed over the pairs. The regressor r is trained \
      with the student: where channels differ a 1×1 convolution with batch norm and ReLU (relu=false \
      for teachers whose features are negative too: mobile networks, transformers, preactivations), \
      where sizes differ the student's map is averaged down or enlarged bilinearly. Published \
      weight 100. Romero et al. 2014, https://arxiv.org/abs/1412.6550.
      """,
    Argument("relu", "Whether the regressor ends in a ReLU as the teacher's stage.", default: true),
    FeatureSelection.argument("the map of the second stage"),
    examples: [
      "goal = ce() + 100*fitnet()", "goal = ce() + 100*fitnet(on=\"layer3\", relu=false)",
    ],
    keywords: ["hints", "features", "regression", "adapter", "distillation"]
  ) { Goal(FitNet(relu: $0, on: $1)) }
}
