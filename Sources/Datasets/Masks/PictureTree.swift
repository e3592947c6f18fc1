import Catalog
import Foundation

/// The files of a folder and of the folders in it, in the order of their paths.
struct PictureTree {
  /// Whole paths.
  private(set) var paths: [String] = []
  /// No folder of pictures has more.
  private static let most = 2_000_000
  /// Folders in folders in folders …; a link to itself must end somewhere.
  private static let deepest = 8

  /// - Parameters:
  ///   - endings: Of the names that are wanted, in small letters.
  ///   - leaving: Names of folders that are passed over.
  init(_ folder: String, endings: [String], leaving: Set<String> = []) throws {
    try add(folder, endings.map { "." + $0 }, leaving, depth: 0)
  }

  private mutating func add(
    _ folder: String, _ endings: [String], _ leaving: Set<String>, depth: Int
  ) throws {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw Failure(.file, "the folder \(shownPath(folder)) cannot be read")
    }
    for name in names.sorted() where !name.hasPrefix(".") && !leaving.contains(name) {
      let path = folder + "/" + name
      if endings.contains(where: { name.lowercased().hasSuffix($0) }) {
        paths.append(path)
      } else if depth < PictureTree.deepest, FolderListing.isFolder(path) {
        try add(path, endings, leaving, depth: depth + 1)
      }
    }
    guard paths.count <= PictureTree.most else {
      throw Failure(.file, "\(shownPath(folder)) has more than \(PictureTree.most) pictures")
    }
  }
}
