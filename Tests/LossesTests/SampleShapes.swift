import Losses

/// What the samples of a trial are.
enum SampleKind: Sendable {
  /// Eight pictures of ten classes.
  case pictures
  /// Two pictures of five classes, a class for every pixel.
  case pixels
}

/// Shapes of what a loss is given in these tests: small networks with a stem and three stages.
struct SampleShapes {
  var kind: SampleKind
  /// Whether the student is as wide as the teacher.
  var isEqual: Bool
  /// Samples of the batch.
  var batch: Int

  init(_ kind: SampleKind, isEqual: Bool = false, batch: Int? = nil) {
    self.kind = kind
    self.isEqual = isEqual
    self.batch = batch ?? (kind == .pictures ? 8 : 2)
  }

  var logits: [Int] {
    switch kind {
    case .pictures: [batch, 10]
    case .pixels: [batch, 6, 6, 5]
    }
  }

  var images: [Int] {
    switch kind {
    case .pictures: [batch, 4, 4, 1]
    case .pixels: [batch, 6, 6, 1]
    }
  }

  private var maps: [FeatureShapes] {
    let sizes = kind == .pictures ? [8, 8, 4, 2] : [12, 12, 6, 6]
    let student = isEqual ? [6, 6, 12, 16] : [4, 4, 8, 12]
    return zip(sizes, zip(student, [6, 6, 12, 16])).map { size, channels in
      FeatureShapes(
        student: [batch, size, size, channels.0], teacher: [batch, size, size, channels.1])
    }
  }

  private var pooled: FeatureShapes {
    FeatureShapes(student: [batch, isEqual ? 16 : 12], teacher: [batch, 16])
  }

  /// The pairs that a loss asks for.
  func features(at sites: FeatureSites) -> [FeatureShapes] {
    guard case .selected(let named, let choice) = sites else { return [] }
    guard named.pairs.isEmpty else { return named.pairs.map { _ in maps[2] } }
    switch choice {
    case .stages, .preactivations: return Array(maps[1...])
    case .stemAndStages: return maps
    case .stage(let index): return [maps[min(index, maps.count - 1)]]
    case .lastMap: return [maps[maps.count - 1]]
    case .pooled: return [pooled]
    case .stagesAndPooled, .reviewed: return maps[1...] + [pooled]
    case .unknown: return [maps[2]]
    }
  }
}
