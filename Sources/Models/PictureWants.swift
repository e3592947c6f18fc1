public import Images

/// What a model wants of pictures at one moment, as a value to come back to.
public struct PictureWants {
  public let preprocessing: Preprocessing
  /// Whether training, a file or a person has said so; else it is its family's usual way.
  public let isKnown: Bool
  /// How much had happened to the model by then.
  let pastCount: Int

  /// - Parameter pastCount: How much of what has happened to the model belongs to it.
  public init(preprocessing: Preprocessing, isKnown: Bool, pastCount: Int) {
    self.preprocessing = preprocessing
    self.isKnown = isKnown
    self.pastCount = pastCount
  }

  /// That somebody asked for it, as a part of a model's past.
  public var past: any Past { ChangePast(preprocessing) }

  /// Whether a network sees the same numbers under both.
  public func isSame(_ other: PictureWants) -> Bool {
    preprocessing == other.preprocessing && isKnown == other.isKnown
  }
}

extension Model {
  /// Coming back to an earlier one takes what a person has changed since out of the model's past.
  public var pictureWants: PictureWants {
    get {
      PictureWants(
        preprocessing: preprocessing, isKnown: normalisation != nil, pastCount: past.count)
    }
    set {
      preprocessing = newValue.preprocessing
      normalisation = newValue.isKnown ? newValue.preprocessing.normalisation : nil
      past = past.enumerated().filter { place, event in
        place < newValue.pastCount || !((event as? ChangePast)?.isOfPreprocessing ?? false)
      }
      .map(\.element)
    }
  }
}
