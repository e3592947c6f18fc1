import Catalog
import Foundation
import Images
import Synchronization
import Tensors

/// The pictures of a folder with a folder for each class.
struct FolderListing {
  /// Names of the classes, in the order of the folders' names.
  var classNames: [String]
  var paths: [String] = []
  var labels: [Int32] = []

  private static let endings = ["jpg", "jpeg", "jpe", "png"]

  /// Lists a folder.
  ///
  /// - Parameter classNames: Those of another part, which this one must not exceed; nil: its own.
  init(_ folder: String, classNames known: [String]? = nil) throws {
    let found = try FolderListing.names(folder).filter {
      FolderListing.isFolder(folder + "/" + $0)
    }
    guard !found.isEmpty else {
      throw Failure(
        .file, "\(shownPath(folder)) has no folders",
        advice: "a folder for each class, with JPEG and PNG files, is needed")
    }
    classNames = known ?? found
    if let stray = found.first(where: { !classNames.contains($0) }) {
      throw Failure(.data, "\(shownPath(folder)) has a class '\(stray)' that the other part lacks")
    }
    for (label, name) in classNames.enumerated() where found.contains(name) {
      let inner = folder + "/" + name
      for file in try FolderListing.names(inner)
      where FolderListing.endings.contains(where: { file.lowercased().hasSuffix("." + $0) }) {
        paths.append(inner + "/" + file)
        labels.append(Int32(label))
      }
    }
    guard !paths.isEmpty else {
      throw Failure(.file, "the folders in \(shownPath(folder)) have no JPEG or PNG files")
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func names(_ folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter {
        !$0.hasPrefix(".")
      }
    } catch {
      throw Failure(.file, "the folder \(shownPath(folder)) cannot be read")
    }
  }

  /// Samples by place.
  func selecting(_ places: [Int]) -> FolderListing {
    var result = self
    result.paths = places.map { paths[$0] }
    result.labels = places.map { labels[$0] }
    return result
  }

  /// Looks at every file with all threads: the places of those that are no pictures, with reasons.
  func damage(_ check: @Sendable (Int) throws -> Void) -> [(place: Int, reason: String)] {
    let found = Mutex<[(place: Int, reason: String)]>([])
    parallelFor(paths.count, chunk: 4) { low, high in
      for place in low..<high {
        do {
          try check(place)
        } catch {
          let reason = (error as? any Explained)?.failure.message ?? "\(error)"
          found.withLock { $0.append((place, reason)) }
        }
      }
    }
    return found.withLock { $0 }.sorted { $0.place < $1.place }
  }
}
