import Catalog
import Datasets
import Images
import Layers
import Models
import Tensors

/// The cache that a run uses now, and what it was chosen for: everything that may change between two
/// steps without the run being told.
struct OpenCache {
  let cache: TeacherCache
  let teacher: Model
  let parameters: [Parameter]
  let buffers: [Buffer]
  let signature: Signature

  struct Signature: Equatable {
    var version: Int
    var normalisation: String
    var augmentation: String
    var isExact: Bool
    var caching: Caching
  }
}

extension Run {
  /// The cache of the present teacher and augmentation; nil where nothing is kept.
  ///
  /// - Throws: `Failure` with the reason where the cache's file is for another key.
  @discardableResult
  public func openCache() throws -> TeacherCache? {
    guard let caching, let teacher else { return nil }
    if let openedCache, openedCache.teacher === teacher,
      openedCache.signature == signature(caching, openedCache.parameters, openedCache.buffers)
    {
      return openedCache.cache
    }
    let entries = teacher.network.state.map(\.entry)
    let parameters = entries.compactMap { entry in
      if case .parameter(let parameter) = entry { parameter } else { nil }
    }
    let buffers = entries.compactMap { entry in
      if case .buffer(let buffer) = entry { buffer } else { nil }
    }
    let identity = try cacheIdentity(teacher, caching)
    let cache = try caches.cache(identity, caching)
    cache.planned = (data.train.count, epochs)
    openedCache = OpenCache(
      cache: cache, teacher: teacher, parameters: parameters, buffers: buffers,
      signature: signature(caching, parameters, buffers))
    return cache
  }

  private func signature(
    _ caching: Caching, _ parameters: [Parameter], _ buffers: [Buffer]
  ) -> OpenCache.Signature {
    OpenCache.Signature(
      version: parameters.reduce(0) { $0 &+ $1.version } &+ buffers.reduce(0) { $0 &+ $1.version },
      normalisation: normalisationText, augmentation: augmentation.script,
      isExact: ConvolutionArithmetic.isExact, caching: caching)
  }

  private var normalisationText: String {
    let own = data.normalisation
    let wanted = teacher?.normalisation ?? own
    return "\(own.mean) \(own.std) → \(wanted.mean) \(wanted.std)"
  }

  private func cacheIdentity(_ teacher: Model, _ caching: Caching) throws -> CacheIdentity {
    var weights = ContentHash()
    for tensor in teacher.weights { weights.add(tensor) }
    let probe = try teacherLogits(
      Tensor(zeros: [1, data.height, data.width, data.channels]))
    let shape = Array((probe?.shape ?? []).dropFirst())
    if caching.top != nil, shape.count != 1 {
      throw Failure(
        .argument, "cache(top=…) keeps one distribution a picture, the teacher gives \(shape)",
        advice: "cache=true keeps all")
    }
    let arithmetic = ConvolutionArithmetic.isExact ? "exact" : "planned"
    return CacheIdentity(
      data: data.script, pictures: try data.train.content().text, teacher: teacher.script,
      weights: weights.text, normalisation: normalisationText,
      arithmetic: "\(arithmetic) float32, \(InstructionSet.current.name)",
      augmentation: augmentation.script, seed: augmentation.isIdentity ? nil : seed, shape: shape,
      kept: caching.top.map { "top \($0)" } ?? "all")
  }

  /// What tells the pictures of a batch from all others of the run.
  func cacheKeys(_ batch: Batch) -> [CacheKey] {
    let samples = batch.samples
    if augmentation.isIdentity {
      return samples.map { CacheKey(epoch: -1, sample: $0, partner: -1, drawer: -1) }
    }
    guard let mixing = augmentation.mixing else {
      return samples.map { CacheKey(epoch: batch.epoch, sample: $0, partner: -1, drawer: -1) }
    }
    return samples.indices.map { row in
      CacheKey(
        epoch: batch.epoch, sample: samples[row], partner: samples[samples.count - 1 - row],
        drawer: mixing.mode == .batch ? samples[0] : samples[row])
    }
  }

  /// The teacher's logits of a batch as far as they are kept, the others from the teacher.
  ///
  /// - Returns: Nil where nothing is kept of batches like this one.
  func keptLogits(of batch: Batch) throws -> Tensor? {
    guard caching != nil, let origin = batch.origin, origin.split === data.train,
      batch.seed == seed || augmentation.isIdentity,
      origin.augmentation === augmentation || origin.augmentation.script == augmentation.script,
      let cache = try openCache()
    else { return nil }
    return try cache.logits(cacheKeys(batch)) { rows in
      let isAll = rows.count == batch.samples.count
      let images = isAll ? batch.images : try batch.images.rows(rows)
      guard let logits = try teacherLogits(images) else {
        throw Failure(.state, "the run has no teacher")
      }
      if cache.count == 0 { try checkRowsStandAlone(logits, images) }
      return logits
    }
  }

  /// A picture's logits may not depend on the batch that it is in: else they could not be kept.
  private func checkRowsStandAlone(_ logits: Tensor, _ images: Tensor) throws {
    guard images.shape[0] > 1 else { return }
    let last = images.shape[0] - 1
    guard let alone = try teacherLogits(try images.rows([last])) else { return }
    guard
      zip(alone.values, try logits.rows([last]).values).allSatisfy({
        $0.bitPattern == $1.bitPattern
      })
    else {
      throw Failure(
        .state,
        "the results of the teacher \(teacher?.name ?? "") for a picture depend on its batch, so "
          + "they cannot be kept exactly", advice: "cache=none")
    }
  }

  /// What is said where steps cannot use the cache that was asked for: it keeps logits, and the goal
  /// looks into the teacher.
  func unusedCacheNote() -> String? {
    guard caching != nil, let places = try? featurePlan().teacher, !places.isEmpty else {
      return nil
    }
    let shown = places.prefix(3).joined(separator: ", ") + (places.count > 3 ? ", …" : "")
    return "the teacher's cache is not used: it keeps logits, and the goal looks at the teacher's "
      + shown
  }

  /// What a person should know of the cache before the first step.
  func cacheNote() -> String? {
    if let note = unusedCacheNote() { return note }
    guard let cache = openedCache?.cache else { return nil }
    let size = bytesText(cache.expectedBytes)
    let still =
      cache.identity.isStill
      ? "one pass of \(cache.planned.samples) pictures serves every epoch"
      : "\(cache.planned.samples) pictures × \(cache.planned.epochs) epochs, "
        + "for runs with the same seed"
    let room =
      cache.expectedBytes > cache.limit
      ? "; it holds \(bytesText(cache.limit)) and keeps what comes first" : ""
    let known = cache.count > 0 ? "; \(cache.count) are known" : ""
    return "the teacher's cache takes about \(size): \(still)\(room)\(known)"
  }
}

extension Tensor {
  /// Some rows of the first axis.
  fileprivate func rows(_ wanted: [Int]) throws -> Tensor {
    let size = shape.dropFirst().reduce(1, *)
    var result = Tensor(uninitialized: [wanted.count] + shape.dropFirst())
    result.mutate { target in
      read { source in
        for (place, row) in wanted.enumerated() {
          (target + place * size).update(from: source + row * size, count: size)
        }
      }
    }
    return result
  }
}
