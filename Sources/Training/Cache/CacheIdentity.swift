/// Everything that decides what a teacher says of a sample, apart from the sample and its draw: the
/// key of a whole cache.
struct CacheIdentity: Codable, Equatable, Sendable {
  /// The call that makes the data, for people.
  var data: String
  /// ContentHash of the training pictures and their normalisation.
  var pictures: String
  /// The call that makes the teacher, for people.
  var teacher: String
  /// ContentHash of the teacher's weights and running statistics.
  var weights: String
  /// How the student's and the teacher's images are normalised.
  var normalisation: String
  /// `planned float32, avx512`: other kernels round in other ways.
  var arithmetic: String
  /// The augmentation; "none" where every epoch has the same pictures.
  var augmentation: String
  /// Nil where nothing is drawn.
  var seed: Int?
  /// Shape of what is kept of one sample before it is packed.
  var shape: [Int]
  /// "all", or "top 5".
  var kept: String

  /// Whether every epoch has the same pictures.
  var isStill: Bool { seed == nil }

  /// What is different in another one, in words.
  func differences(from other: CacheIdentity) -> [String] {
    var reasons: [String] = []
    func compare(_ name: String, _ own: String, _ others: String) {
      if own != others { reasons.append("\(name) \(others), not \(own)") }
    }
    func compare(
      _ name: String, _ contents: String, own: (String, String), _ others: (String, String)
    ) {
      compare(name, own.0, others.0)
      if own.0 == others.0, own.1 != others.1 { reasons.append("other \(contents) of \(own.0)") }
    }
    compare("the teacher", "weights", own: (teacher, weights), (other.teacher, other.weights))
    compare("the data", "pictures", own: (data, pictures), (other.data, other.pictures))
    compare("the augmentation", augmentation, other.augmentation)
    compare("the seed", seed.map(String.init) ?? "none", other.seed.map(String.init) ?? "none")
    compare("the normalisation", normalisation, other.normalisation)
    compare("the arithmetic", arithmetic, other.arithmetic)
    compare("what is kept:", kept, other.kept)
    compare("results of shape", "\(shape)", "\(other.shape)")
    return reasons
  }
}

/// What tells one picture of a cache from the others: which sample, in which epoch, and what it was
/// mixed with by whose draw; −1 where that plays no part.
struct CacheKey: Hashable, Sendable {
  var epoch: Int
  var sample: Int
  var partner: Int
  var drawer: Int
}
