import Foundation

/// The caches of a session: runs with the same teacher, pictures and draws share one.
///
/// All of them together hold at most a quarter of the memory that was free when the first was
/// opened, or what the runs have asked for; what was used least lately goes first.
public final class TeacherCaches {
  private var caches: [TeacherCache] = []

  public init() {}

  /// The cache of a key, with what its file has; opened where there is none.
  func cache(_ identity: CacheIdentity, _ caching: Caching) throws -> TeacherCache {
    let limit = caching.memory ?? TeacherCaches.usualLimit
    var file = try caching.path.map { try CacheFile($0, for: identity) }
    let known = caches.firstIndex {
      $0.identity == identity && (file == nil || $0.file == nil || $0.file?.path == file?.path)
    }
    let cache =
      known.map { caches.remove(at: $0) }
      ?? TeacherCache(
        identity, top: caching.top, limit: limit)
    cache.limit = max(cache.limit, limit)
    if file != nil, cache.file == nil {
      try file?.read(into: cache)
      cache.file = file
      if known == nil { cache.markSaved() }
    }
    while let oldest = caches.first, caches.reduce(cache.bytes, { $0 + $1.bytes }) > limit {
      try oldest.save()
      caches.removeFirst()
    }
    caches.append(cache)
    return cache
  }

  /// A quarter of the memory that is free.
  static var usualLimit: Int { max(64 << 20, (availableMemory() ?? 4 << 30) / 4) }
}

/// Bytes that this machine could still give; nil where it does not say.
func availableMemory() -> Int? {
  guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
  for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
    return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
  }
  return nil
}
