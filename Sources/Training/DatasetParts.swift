public import Datasets
public import Images

extension Dataset {
  /// How its images are normalised.
  public var normalisation: Normalisation { train.normalisation }
}
