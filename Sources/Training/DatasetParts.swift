public import Datasets
public import Models

extension Dataset {
  /// How its images are normalised.
  public var normalisation: Normalisation {
    Normalisation(mean: train.standardisation.mean, std: train.standardisation.std)
  }
}
