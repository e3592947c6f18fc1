import Catalog
import Checkpoints
import Foundation
import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A cache's file: safetensors with the keys and the rows, and in its metadata what they were made
/// for and a hash of both.
///
/// Several processes may use one: whoever writes holds a lock on the folder, reads what others have
/// added meanwhile, and replaces the file by one that has all of it. Who reads sees the old file or
/// the new one, whole.
struct CacheFile {
  let path: String
  /// Size and time of the file as it was last read or written here.
  private var seen: Stamp?
  /// Whether it has rows that there is no room for here: then it is left as it is.
  private var isTooLarge = false

  private struct Stamp: Equatable {
    var size: Int
    var seconds: Int
    var nanoseconds: Int
    var node: UInt64
  }

  private static let key = "athanor.teacher_cache"

  private struct Header: Codable {
    var version = 1
    var identity: CacheIdentity
    var hash: String
  }

  /// - Parameter path: A file; or a folder, or a name that ends in `/`, where each key has its own.
  init(_ path: String, for identity: CacheIdentity) throws {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard path.hasSuffix("/") || (exists && isFolder.boolValue) else {
      self.path = path
      return
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Failure(.file, "the folder \(path.literal) cannot be made")
    }
    var hash = ContentHash()
    hash.add(try CacheFile.encoded(identity))
    self.path = (path.hasSuffix("/") ? path : path + "/") + hash.text + ".safetensors"
  }

  private static func encoded(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private var stamp: Stamp? {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    #if canImport(Glibc)
      let changed = facts.st_mtim
    #else
      let changed = facts.st_mtimespec
    #endif
    return Stamp(
      size: Int(facts.st_size), seconds: changed.tv_sec, nanoseconds: changed.tv_nsec,
      node: UInt64(facts.st_ino))
  }

  /// Reads into a cache what the file has and has not been read yet; nothing where there is none.
  ///
  /// - Throws: `Failure` with the reason where it was made for another key, or is damaged.
  mutating func read(into cache: TeacherCache) throws {
    guard let present = stamp, present != seen else { return }
    isTooLarge = !cache.take(try contents(for: cache))
    seen = present
  }

  private func contents(for cache: TeacherCache) throws -> CacheContents {
    let file = try Checkpoint.read(path)
    guard let text = file.metadata[CacheFile.key] else {
      throw Failure(
        .file, "\(path.literal) is no teacher cache", advice: "cache= needs a name of its own")
    }
    guard let header = try? JSONDecoder().decode(Header.self, from: Data(text.utf8)),
      header.version == 1
    else { throw damaged("its description cannot be read") }
    let reasons = cache.identity.differences(from: header.identity)
    guard reasons.isEmpty else {
      throw Failure(
        .state,
        "the cache \(path.literal) is not for this run: it has "
          + reasons.joined(separator: "; "),
        advice: "a folder keeps a file for each, cache=\"caches/\"")
    }
    guard let keys = file["keys"], let rows = file["rows"], keys.type == .int64,
      rows.type == .float32, keys.shape.count == 2, keys.shape[1] == 4,
      rows.shape == [keys.shape[0], cache.rowCount]
    else { throw damaged("its arrays are missing or of another shape") }
    let numbers = try keys.integers()
    let contents = CacheContents(
      keys: (0..<keys.shape[0]).map {
        CacheKey(
          epoch: numbers[4 * $0], sample: numbers[4 * $0 + 1], partner: numbers[4 * $0 + 2],
          drawer: numbers[4 * $0 + 3])
      }, rows: rows.floats(), rowCount: cache.rowCount)
    guard contents.hash == header.hash else {
      throw damaged("its numbers are not those that were written")
    }
    if cache.top != nil {
      let classes = Float(cache.identity.shape.reduce(1, *))
      for index in stride(from: 0, to: contents.rows.count, by: 2)
      where !(contents.rows[index] >= 0 && contents.rows[index] < classes) {
        throw damaged("it names classes that there are not")
      }
    }
    return contents
  }

  private func damaged(_ reason: String) -> Failure {
    Failure(
      .file, "the cache \(path.literal) is damaged: \(reason)",
      advice: "remove it and it is made anew")
  }

  /// Writes a cache with all that other processes have added.
  mutating func write(_ cache: TeacherCache) throws {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(.file, "\(path.literal) cannot be written: there is no such folder")
    }
    // Closing lets go of the lock.
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    try read(into: cache)
    if isTooLarge { return }
    let contents = cache.contents
    let header = try CacheFile.encoded(
      Header(identity: cache.identity, hash: contents.hash))
    let keys = contents.keys.flatMap { [$0.epoch, $0.sample, $0.partner, $0.drawer] }
    try Checkpoint(
      [
        .init("keys", StoredArray(keys, shape: [contents.keys.count, 4])),
        .init("rows", StoredArray(contents.rows, shape: [contents.keys.count, cache.rowCount])),
      ], metadata: [CacheFile.key: header]
    ).writeSafetensors(path)
    seen = stamp
  }
}

extension CacheContents {
  /// Of keys and rows.
  fileprivate var hash: String {
    var hash = ContentHash()
    hash.add(keys.flatMap { [$0.epoch, $0.sample, $0.partner, $0.drawer] })
    hash.add(rows)
    return hash.text
  }
}
