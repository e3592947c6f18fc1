import Catalog
import Checkpoints
import Datasets
import Foundation
import Images
import Losses
import Models
import Optimizers
import Tensors
import TestSupport
import Testing

@testable import Training

/// What a teacher said of a picture is what it would say again.
@Suite struct CacheTests {
  /// Augmentations from none to everything.
  static let augmentations: [(name: String, value: Augmentation)] = [
    ("none", .none),
    ("crop", Augmentation(RandomCrop(padding: 2))),
    ("randaugment", Augmentation([RandomCrop(padding: 1), RandAugment()])),
    ("mixup", Augmentation([], mixing: Mixing(mixup: 0.8, cutmix: 0))),
    (
      "everything",
      Augmentation([RandomCrop(padding: 1), RandAugment()], mixing: Mixing(mixup: 0.8, cutmix: 1))
    ),
    ("each", Augmentation([], mixing: Mixing(mixup: 0.8, cutmix: 1, mode: .elem))),
  ]

  private func run(
    _ augmentation: Augmentation = .none, _ caching: Caching? = Caching(),
    caches: TeacherCaches = TeacherCaches(), seed: Int = 3, teacherSeed: Int = 1
  ) throws -> Run {
    try Bench.run { setup in
      setup.augmentation = augmentation
      setup.caching = caching
      setup.caches = caches
      setup.seed = seed
      setup.teacher = try Bench.teacher(seed: teacherSeed)
    }
  }

  private func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "cache-\(UUID().uuidString)"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  /// Everything but the record, which says that there is a cache.
  private func haveSameBits(_ a: Run, _ b: Run) -> Bool {
    areIdentical(a.student.weights, b.student.weights) && a.log == b.log && a.steps == b.steps
  }

  @Test(arguments: augmentations.map(\.name))
  func cachedRunsHaveTheBitsOfUncachedOnes(_ name: String) throws {
    let augmentation = try #require(Self.augmentations.first { $0.name == name }).value
    let caches = TeacherCaches()
    let plain = try run(augmentation, nil)
    let first = try run(augmentation, caches: caches)
    let second = try run(augmentation, caches: caches)
    for each in [plain, first, second] {
      try each.advance(to: 10, evaluates: true, check: {}, report: { _ in })
    }
    #expect(haveSameBits(plain, first) && haveSameBits(plain, second))
    // Both share one cache, and the second asked the teacher for nothing.
    let cache = try #require(try first.openCache())
    #expect(try second.openCache() === cache)
    let asked = 8 * 6 + 6 * 3 + 8
    #expect(cache.hits + cache.misses == 2 * asked)
    #expect(cache.misses == (augmentation.isIdentity ? 22 : asked))
    #expect(cache.count == cache.misses)
  }

  /// Rows that are known are not asked for again, whatever batch they come in.
  @Test func onlyMissingRowsAreAskedFor() throws {
    let run = try run()
    let cache = try #require(try run.openCache())
    let batch = try run.data.train.batch([3, 5, 7])
    let expected = try #require(try run.teacherLogits(batch.images)).values
    #expect(try run.keptLogits(of: batch)?.values == expected)
    var asked: [[Int]] = []
    let wider = try run.data.train.batch([5, 1, 3])
    let own = try cache.logits(run.cacheKeys(wider)) { rows in
      asked.append(rows)
      return try #require(
        try run.teacherLogits(try run.data.train.batch(rows.map { wider.samples[$0] }).images))
    }
    #expect(asked == [[1]])
    let direct = try #require(try run.teacherLogits(wider.images))
    #expect(own.values.map(\.bitPattern) == direct.values.map(\.bitPattern))
  }

  @Test func everyPartOfTheKeyCounts() throws {
    let caches = TeacherCaches()
    let crop = Augmentation(RandomCrop(padding: 2))
    let first = try #require(try run(crop, caches: caches).openCache())
    func isOther(_ run: Run) throws -> Bool { try run.openCache() !== first }
    #expect(try !isOther(run(crop, caches: caches)))
    #expect(try isOther(run(crop, caches: caches, seed: 4)))
    #expect(try isOther(run(crop, caches: caches, teacherSeed: 2)))
    #expect(try isOther(run(Augmentation(RandomCrop(padding: 1)), caches: caches)))
    #expect(try isOther(run(crop, Caching(top: 2), caches: caches)))
    let renormalised = try run(crop, caches: caches)
    renormalised.teacher?.normalisation = Normalisation(mean: [0.3], std: [0.7])
    #expect(try isOther(renormalised))
    #expect(try ConvolutionArithmetic.exactly { try isOther(run(crop, caches: caches)) })
    // A seed plays no part where nothing is drawn.
    let still = try #require(try run(.none, caches: caches).openCache())
    #expect(try run(.none, caches: caches, seed: 9).openCache() === still)
  }

  /// A teacher that is changed in the midst of a run is asked again.
  @Test func changedTeachersAreNoticed() throws {
    let run = try run()
    try run.take(3)
    let before = try #require(try run.openCache())
    let teacher = try #require(run.teacher)
    teacher.weights = try Bench.teacher(seed: 8).weights
    let after = try #require(try run.openCache())
    #expect(after !== before && after.count == 0)
    let batch = try run.nextBatch()
    let expected = try #require(try run.teacherLogits(batch.images)).values
    #expect(try run.keptLogits(of: batch)?.values == expected)
  }

  @Test func topProbabilitiesAreKeptAndTheRestIsSpread() throws {
    let run = try run(.none, Caching(top: 2))
    let batch = try run.nextBatch()
    let exact = try #require(try run.teacherLogits(batch.images)).softmax()
    let kept = try #require(try run.keptLogits(of: batch)).softmax()
    for row in 0..<8 {
      let own = Array(exact.values[row * 4..<row * 4 + 4])
      let found = Array(kept.values[row * 4..<row * 4 + 4])
      let order = own.indices.sorted { own[$0] > own[$1] }
      for place in order.prefix(2) { #expect(abs(own[place] - found[place]) < 1e-5) }
      let rest = (1 - own[order[0]] - own[order[1]]) / 2
      for place in order.suffix(2) { #expect(abs(found[place] - rest) < 1e-5) }
    }
    // First and second asking give the same numbers.
    #expect(try run.keptLogits(of: batch)?.softmax().values == kept.values)
    #expect(try #require(try run.openCache()).rowCount == 4)
  }

  @Test func fullMemoryKeepsWhatCameFirst() throws {
    let caches = TeacherCaches()
    let run = try run(.none, Caching(memory: 1000), caches: caches)
    try run.take(6)
    let cache = try #require(try run.openCache())
    #expect(cache.bytes <= 1000 && cache.count > 0 && cache.count < 22)
    let plain = try self.run(.none, nil)
    try plain.take(6)
    #expect(haveSameBits(run, plain))
  }

  @Test func filesServeAnotherProcess() throws {
    try withFile { path in
      let mixed = Self.augmentations[4].value
      let first = try run(mixed, Caching(path: path))
      try first.advance(to: 4, evaluates: false, check: {}, report: { _ in })
      let second = try run(mixed, Caching(path: path))
      let cache = try #require(try second.openCache())
      #expect(cache.count == 30)
      try second.advance(to: 7, evaluates: false, check: {}, report: { _ in })
      #expect(cache.hits == 30)
      try first.advance(to: 7, evaluates: false, check: {}, report: { _ in })
      #expect(haveSameBits(first, second))
    }
  }

  /// Two that write one file lose nothing of each other.
  @Test func writersKeepWhatOthersWrote() throws {
    try withFile { path in
      let (a, b) = (try run(.none, Caching(path: path)), try run(.none, Caching(path: path)))
      let (first, second) = (try #require(try a.openCache()), try #require(try b.openCache()))
      _ = try a.keptLogits(of: try a.data.train.batch([0, 1, 2]))
      _ = try b.keptLogits(of: try b.data.train.batch([2, 3]))
      try first.save()
      try second.save()
      let third = try #require(try run(.none, Caching(path: path)).openCache())
      #expect(third.count == 4)
    }
  }

  @Test func foldersHaveAFileForEachKey() throws {
    try withFile { path in
      for seed in [1, 2] {
        let run = try run(.none, Caching(path: path + "/"), teacherSeed: seed)
        try run.advance(to: 3, evaluates: false, check: {}, report: { _ in })
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 2)
      #expect(try run(.none, Caching(path: path)).openCache()?.count == 22)
    }
  }

  @Test func filesForOtherKeysAreRefusedWithTheReason() throws {
    try withFile { path in
      let crop = Augmentation(RandomCrop(padding: 2))
      let first = try run(crop, Caching(path: path))
      try first.advance(to: 3, evaluates: false, check: {}, report: { _ in })
      let others: [(String, Run)] = [
        ("other weights of mlp", try run(crop, Caching(path: path), teacherSeed: 1)),
        ("the seed 3, not 5", try run(crop, Caching(path: path), seed: 5)),
        ("the augmentation random_crop(padding=2), not none", try run(.none, Caching(path: path))),
        ("what is kept: all, not top 3", try run(crop, Caching(top: 3, path: path))),
      ]
      others[0].1.teacher?.weights = try Bench.teacher(seed: 7).weights
      for (reason, run) in others {
        let failure = #expect(throws: Failure.self, "\(reason)") { try run.openCache() }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
        // The step is refused, too, and changes nothing.
        let before = run.student.weights
        #expect(throws: Failure.self) { try run.advance() }
        #expect(areIdentical(run.student.weights, before) && run.steps == 0)
      }
    }
  }

  @Test func damagedFilesAreRefused() throws {
    try withFile { path in
      let run = try run(.none, Caching(path: path))
      try run.advance(to: 3, evaluates: false, check: {}, report: { _ in })
      let good = try #require(FileManager.default.contents(atPath: path))
      var bytes = [UInt8](good)
      bytes[bytes.count - 3] ^= 0x10
      let truncated = [UInt8](good.prefix(good.count / 2))
      let header = String(decoding: good.prefix(4000), as: UTF8.self)
      #expect(header.contains("athanor.teacher_cache"))
      let files: [[UInt8]] = [
        bytes, truncated, [], Array("no cache".utf8), [UInt8](repeating: 0xFF, count: 64),
      ]
      for damaged in files {
        try Data(damaged).write(to: URL(fileURLWithPath: path))
        #expect(throws: (any Error).self) {
          try self.run(.none, Caching(path: path)).openCache()
        }
      }
      try student(run).writeSafetensors(path)
      let failure = #expect(throws: Failure.self) {
        try self.run(.none, Caching(path: path)).openCache()
      }
      #expect(failure?.message.contains("no teacher cache") == true)
    }
  }

  private func student(_ run: Run) throws -> Checkpoint { try run.student.checkpoint() }

  @Test func theEstimateIsWhatAWholeRunHolds() throws {
    let caches = TeacherCaches()
    let run = try run(Augmentation(RandomCrop(padding: 2)), caches: caches)
    let cache = try #require(try run.openCache())
    #expect(run.notes.contains { $0.contains("22 pictures × 4 epochs") })
    try run.take(12)
    #expect(cache.bytes == cache.expectedBytes && cache.count == 88)
    let still = try self.run(.none)
    try still.openCache()
    #expect(still.notes.contains { $0.contains("one pass of 22 pictures serves every epoch") })
    #expect(cache.member("hit_rate")?.line() == "0")
  }

  /// The cache is a setting of the run like others: kept in its file, its record, its forks.
  @Test func theSettingStaysWithTheRun() throws {
    let run = try run(.none, Caching(top: 2))
    try run.take(2)
    #expect(run.record.script.contains("cache=cache(top=2)"))
    let again = try Run.restored(
      from: try run.checkpoint(), named: "x.athanor", resolve: Bench.resolve)
    #expect(again.caching == Caching(top: 2))
    #expect(try run.fork().caching == Caching(top: 2))
    #expect(try run.control().caching == nil)
    try again.take(3)
    try run.take(3)
    #expect(again.isIdentical(to: run))
    #expect(try run.setMember("cache", to: .none))
    #expect(try run.openCache() == nil)
  }

  /// It keeps logits; a goal that looks at the teacher's features asks the teacher, and says so.
  @Test func goalsOnFeaturesAreToldThatNothingIsKept() throws {
    func run(_ caching: Caching?) throws -> Run {
      try Bench.run { setup in
        setup.caching = caching
        setup.goal = setup.goal.plus(Goal(Hint(place: .automatic)))
      }
    }
    let (plain, cached) = (try run(nil), try run(Caching()))
    let cache = try #require(try cached.openCache())
    #expect(cached.notes.contains { $0.contains("the teacher's cache is not used") })
    #expect(!cached.notes.contains { $0.contains("takes about") })
    try plain.take(4)
    try cached.take(4)
    #expect(haveSameBits(plain, cached) && cache.count == 0 && cache.hits + cache.misses == 0)
    // With the goal the cache comes and goes.
    _ = try cached.setMember("goal", to: .object(Goal(KD(temperature: 1))))
    #expect(cached.notes.contains { $0.contains("takes about") })
    try cached.take(1)
    #expect(cache.count == 8)
    #expect(!cached.takeNews().contains { $0.contains("cache") })
    _ = try cached.setMember("goal", to: .object(Goal(Hint(place: .automatic))))
    #expect(cached.takeNews().contains { $0.contains("is not used") })
  }

  /// Interrupted anywhere and saved: with mixing, averages, slow weights and a cache on disk, the
  /// run goes on to the bit.
  @Test(arguments: [0, 1, 4, 7])
  func everythingOnResumesToTheBit(_ steps: Int) throws {
    try withFile { path in
      func made() throws -> Run {
        try Bench.run { setup in
          setup.augmentation = Self.augmentations[4].value
          setup.optimizer = try Bench.call("ranger")
          setup.schedule = .usi
          setup.averaging = .scaled
          setup.caching = Caching(path: path)
        }
      }
      let (whole, cut) = (try made(), try made())
      try whole.advance(to: 11, evaluates: true, check: {}, report: { _ in })
      try cut.advance(to: steps, evaluates: true, check: {}, report: { _ in })
      let again = try Run.restored(
        from: try cut.checkpoint(), named: "x.athanor", resolve: Bench.resolve)
      try again.advance(to: 11, evaluates: true, check: {}, report: { _ in })
      #expect(areIdentical(again.student.weights, whole.student.weights))
      #expect(again.log["loss"] == whole.log["loss"])
      let (slow, averaged) = (try whole.slowStudent(), try whole.averagedStudent())
      #expect(
        areIdentical(try #require(try again.slowStudent()).weights, try #require(slow).weights))
      #expect(
        areIdentical(
          try #require(try again.averagedStudent()).weights, try #require(averaged).weights))
    }
  }

  /// Who has no room for all of a file takes what fits, and leaves the file as it is.
  @Test func smallMemoryDoesNotShortenFiles() throws {
    try withFile { path in
      try run(.none, Caching(path: path)).advance(
        to: 3, evaluates: false, check: {}, report: { _ in })
      let before = try #require(FileManager.default.contents(atPath: path))
      let small = try run(.none, Caching(path: path, memory: 1000))
      let cache = try #require(try small.openCache())
      #expect(cache.count > 0 && cache.count < 22)
      try small.advance(to: 3, evaluates: false, check: {}, report: { _ in })
      #expect(FileManager.default.contents(atPath: path) == before)
    }
  }
}
