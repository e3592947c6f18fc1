import Catalog
import Layers
public import Models
import Tensors

extension FeatureSites {
  /// The module paths whose outputs are compared, pair by pair, every one of them checked to exist.
  ///
  /// Stem goes with stem, pooled vector with pooled vector. Stages go one by one where both networks
  /// have as many; else every stage of the shorter one gets a partner, in order and the last with the
  /// last, so that the images have been halved as often as possible alike (later partners first
  /// where that leaves a choice).
  ///
  /// - Parameter teacher: nil leaves the teacher's paths empty.
  public func pairs(student: Model, teacher: Model?) throws -> [FeatureSelection.Pair] {
    guard case .selected(let selection, let choice) = self else { return [] }
    if selection.pairs.isEmpty { return try choice.pairs(student, teacher) }
    return try selection.pairs.map { pair in
      try student.requireModule(at: pair.student, as: "student")
      guard let teacher else { return FeatureSelection.Pair(pair.student, "") }
      let isShared = pair.student == pair.teacher
      try teacher.requireModule(
        at: pair.teacher, as: "teacher",
        hints: isShared ? ["on=[[\"student's\", \"teacher's\"]] names two places"] : [])
      return pair
    }
  }
}

extension FeatureChoice {
  fileprivate func pairs(_ student: Model, _ teacher: Model?) throws -> [FeatureSelection.Pair] {
    guard self != .unknown else {
      throw Failure(
        .argument, "the loss needs on= to say which features it looks at",
        advice: "features(model) lists the places")
    }
    let mine = try Places(student)
    guard let teacher else {
      return try selected(mine).map { FeatureSelection.Pair(path($0, .student), "") }
    }
    let theirs = try Places(teacher)
    let partners = try selected(mine, paired: stagePairs(mine, theirs), theirs)
    return partners.map { FeatureSelection.Pair(path($0.0, .student), path($0.1, .teacher)) }
  }

  private enum Role { case student, teacher }

  private func path(_ stage: Stage, _ role: Role) -> String {
    switch (self, role) {
    case (.preactivations, _), (.reviewed, .teacher): stage.preactivation ?? stage.path
    default: stage.path
    }
  }

  /// Of one network alone.
  private func selected(_ places: Places) throws -> [Stage] {
    try selected(places, paired: places.stages.map { ($0, $0) }, places).map(\.0)
  }

  private func selected(
    _ mine: Places, paired stages: [(Stage, Stage)], _ theirs: Places
  ) throws -> [(Stage, Stage)] {
    let stem = (mine.stem, theirs.stem)
    let pooled = (mine.pooled, theirs.pooled)
    switch self {
    case .pooled: return [pooled]
    case .stage(0): return [stem]
    default: break
    }
    guard let last = stages.last else {
      let bare = mine.stages.isEmpty ? mine : theirs
      throw Failure(
        .argument, "\(bare.name) has no stages to take features from",
        advice: "name the places: on=\"path\", or on=[[\"student's\", \"teacher's\"]]")
    }
    switch self {
    case .stages, .preactivations: return stages
    case .stemAndStages: return [stem] + stages
    case .stagesAndPooled, .reviewed: return stages + [pooled]
    case .lastMap: return [last]
    case .stage(let number): return [stages[min(max(number, 1), stages.count) - 1]]
    case .pooled, .unknown: return []
    }
  }

  private func stagePairs(_ mine: Places, _ theirs: Places) throws -> [(Stage, Stage)] {
    guard mine.stages.count != theirs.stages.count else {
      return Array(zip(mine.stages, theirs.stages))
    }
    if mine.stages.isEmpty || theirs.stages.isEmpty { return [] }
    let (strides, others) = (mine.strides(), theirs.strides())
    return mine.stages.count < theirs.stages.count
      ? partners(strides, others).enumerated().map { (mine.stages[$0], theirs.stages[$1]) }
      : partners(others, strides).enumerated().map { (mine.stages[$1], theirs.stages[$0]) }
  }
}

/// For each entry of the shorter list its partner in the longer one, both rising and the last with
/// the last, so that the sum of |a − b| is least; unknown entries fit everything.
func partners(_ short: [Double?], _ long: [Double?]) -> [Int] {
  let (count, spare) = (short.count, long.count - short.count)
  guard count > 0, spare >= 0 else { return [] }
  // From the back: `best[shift]` is the least sum where the entry's partner is `shift` places
  // before that of counting from the end.
  var best = [0] + Array(repeating: Double.infinity, count: spare)
  var choices: [[Int]] = []
  for index in short.indices.reversed() {
    var sums: [Double] = []
    var from: [Int] = []
    for shift in 0...spare {
      // The next entry's partner may stand as far back as this one's, or later.
      let next = (0...shift).min { best[$0] < best[$1] } ?? 0
      let isLast = index == count - 1
      let cost = distance(short[index], long[index + spare - shift])
      sums.append(isLast ? (shift == 0 ? cost : .infinity) : best[next] + cost)
      from.append(isLast ? 0 : next)
    }
    best = sums
    choices.insert(from, at: 0)
  }
  var shift = best.indices.min { best[$0] < best[$1] } ?? 0
  return short.indices.map { index in
    defer { shift = choices[index][shift] }
    return index + spare - shift
  }
}

private func distance(_ a: Double?, _ b: Double?) -> Double {
  guard let a, let b else { return 0 }
  return abs(a - b)
}

/// A network's stages by what they are.
private struct Places {
  let name: String
  let stem: Stage
  let stages: [Stage]
  let pooled: Stage
  private let model: Model

  init(_ model: Model) throws {
    let all = model.network.stages
    guard let first = all.first, let last = all.last else {
      throw Failure(
        .argument, "\(model.name) names no stages to take features from",
        advice: "name the places: on=\"path\"; features(model) lists them")
    }
    (name, stem, pooled, self.model) = (model.name, first, last, model)
    stages = Array(all.dropFirst().dropLast())
  }

  /// How often each stage has halved the images: log₂ of image side over map side; nil where that
  /// has no meaning (vectors) or cannot be found out.
  func strides() -> [Double?] {
    let context = Context(features: Set(stages.map(\.path)))
    let image = Tensor(zeros: [1, model.size, model.size, model.channels])
    guard (try? model(image, context)) != nil else { return stages.map { _ in nil } }
    return stages.map { stage in
      context.features[stage.path].flatMap { mapSide($0.shape) }.map {
        binaryLogarithm(Double(model.size) / $0)
      }
    }
  }
}

/// Pixels along a side of a map N H W C or of the grid of tokens N T D.
private func mapSide(_ shape: [Int]) -> Double? {
  switch shape.count {
  case 4: return max(1, Double(shape[1]))
  case 3: return max(1, Double(shape[1]).squareRoot().rounded(.down))
  default: return nil
  }
}

extension Model {
  /// Throws where the network has no module of a path, and names those it might have been.
  ///
  /// - Parameters:
  ///   - role: What the error calls the model: "student".
  ///   - hints: What else may help.
  public func requireModule(at path: String, as role: String, hints more: [String] = []) throws {
    let paths = network.modules.map(\.path).filter { !$0.isEmpty }
    guard !paths.contains(path) else { return }
    let stages = network.stages.map(\.path)
    var hints: [String] = []
    if let near = nearest(to: path, among: paths) { hints.append("did you mean '\(near)'?") }
    if !stages.isEmpty { hints.append("its stages are \(stages.joined(separator: ", "))") }
    throw Failure(
      .argument, "the \(role) \(name) has no module '\(path)'",
      advice: (hints + more + ["features(model) lists all places"]).joined(separator: "; "))
  }
}
