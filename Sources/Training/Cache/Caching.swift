public import Catalog
import Foundation

/// Whether and how a run keeps what its teacher said: the language's argument `cache=`.
public struct Caching: Object, ArgumentType, Answer, Sendable, Equatable {
  public static let kind = "cache"
  public static let expected = "true, none, a file or folder, or a cache"
  public static let choices = ["true"]

  /// How many of the largest probabilities are kept of each picture; nil: all logits, exactly.
  public var top: Int?
  /// A file, or a folder with a file for each key; nil: in memory only.
  public var path: String?
  /// Bytes that may be held; nil: a quarter of what is free.
  public var memory: Int?

  public init(top: Int? = nil, path: String? = nil, memory: Int? = nil) {
    self.top = top
    self.path = path
    self.memory = memory
  }

  public static func read(_ value: Value) throws -> Caching {
    switch value {
    case .bool(true): return Caching()
    case .string(let path) where !path.isEmpty: return Caching(path: path)
    case .string: throw Mismatch("the name is empty")
    case .object(let object as Caching): return object
    default: throw Mismatch()
    }
  }

  public var literal: String {
    if self == Caching() { return "true" }
    if let path, self == Caching(path: path) { return quotedText(path) }
    return line
  }

  public var line: String {
    let parts =
      (top.map { ["top=\($0)"] } ?? []) + (path.map { ["path=\(quotedText($0))"] } ?? [])
      + (memory.map { ["memory=\($0 >> 20)"] } ?? [])
    return "cache(\(parts.joined(separator: ", ")))"
  }

  public var memberNames: [String] { ["top", "path"] }

  public func member(_ name: String) -> Value? {
    switch name {
    case "top": top.map { .number(Double($0)) } ?? Value.none
    case "path": path.map { .string($0) } ?? Value.none
    default: nil
    }
  }

  public func isEqual(to other: any Object) -> Bool { (other as? Caching) == self }

  public static let declaration = Declaration(
    "cache", "Keeps what a teacher said of each picture, so that it is asked once.",
    details: """
      For the argument `cache=` of `distill` and `usi`; `cache=true` is `cache()`, \
      `cache=\"file\"` is `cache(path=\"file\")`. What is kept is found by everything that decides \
      it: the pictures and their normalisation, the sample, the draw of the augmentation (seed, \
      epoch, and what a picture was mixed with), the teacher's weights, its normalisation and the \
      arithmetic. So a run with a cache has the same bits as one without, and runs of one session \
      with the same teacher, data, augmentation and seed share what is kept. Without augmentation \
      one pass serves every epoch. `top=k` keeps the k largest probabilities and spreads the rest \
      evenly over the other classes (marginal smoothing of FKD, Shen and Xing 2022, \
      https://arxiv.org/abs/2112.01528): smaller, and not exact. A file made for another key is \
      refused with the reason; in a folder every key has a file of its own.
      """,
    Argument(
      "top", "Probabilities kept of each picture; none: all logits, exactly.", default: Int?.none
    ) { ($0 ?? 1) < 1 ? "must be at least 1" : nil },
    Argument(
      "path", "A file or folder to keep it in; none: in memory only.", default: String?.none
    ) { $0?.isEmpty == true ? "is empty" : nil },
    Argument(
      "memory", "Megabytes that may be held; none: a quarter of what is free.",
      default: Int?.none
    ) { (1...1 << 24).contains($0 ?? 1) ? nil : "must be in 1..16777216" },
    examples: [
      "r = distill(student, teacher, data, cache=true); step r, 2; r.cache",
      "r = distill(student, teacher, data, cache=cache(top=5))",
    ],
    keywords: ["soft labels", "FKD", "store", "teacher", "logits", "disk"]
  ) { top, path, memory in Caching(top: top, path: path, memory: memory.map { $0 << 20 }) }
}

extension Caching {
  /// The same, in memory alone where there is no such file or folder: a run's file may not say where
  /// new files are made.
  var ofExistingFile: Caching {
    guard let path, !FileManager.default.fileExists(atPath: path) else { return self }
    return Caching(top: top, memory: memory)
  }
}

/// How teachers' results are kept. A new way is one file and one line here.
public let cacheRegistry = Registry("Caches", [Caching.declaration])
