import Catalog
import Datasets
import Foundation
import Images
import Models
import Tensors

/// Pictures that a command is given: files, folders, patterns, samples of a data set.
struct Photographs: ArgumentType {
  /// One picture, read when it is needed.
  enum Item {
    case file(String)
    case sample(Sample)

    /// What tables call it.
    var name: String {
      switch self {
      case .file(let path): path.split(separator: "/").last.map { String($0) } ?? path
      case .sample(let sample): sample.place
      }
    }

    func raster() throws -> Raster {
      switch self {
      case .file(let path): return try Raster(path: path)
      case .sample(let sample):
        guard let raster = sample.image.raster else {
          throw Failure(
            .data, "\(sample.place) is no picture of one or three channels between 0 and 1")
        }
        return raster
      }
    }
  }

  var items: [Item]

  static let expected = "a file name, a folder, a pattern such as \"*.jpg\", a sample or a list"
  static let valueKind: String? = "string"

  static func read(_ value: Value) throws -> Photographs {
    switch value {
    case .string(let text): return Photographs(items: try files(text).map { .file($0) })
    case .object(let sample as Sample): return Photographs(items: [.sample(sample)])
    case .list(let list): return Photographs(items: try list.flatMap { try read($0).items })
    default: throw Mismatch()
    }
  }

  /// Files that are read as pictures.
  private static let endings = ["jpg", "jpeg", "jpe", "png"]

  /// The files that a text means, in the order of their names.
  private static func files(_ text: String) throws -> [String] {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: text, isDirectory: &isFolder) {
      guard isFolder.boolValue else { return [text] }
      let names = try? FileManager.default.contentsOfDirectory(atPath: text)
      let found = (names ?? []).sorted().filter { name in
        endings.contains { name.lowercased().hasSuffix("." + $0) }
      }
      guard !found.isEmpty else {
        throw Failure(.file, "the folder '\(text)' has no JPEG or PNG files")
      }
      return found.map { text + (text.hasSuffix("/") ? "" : "/") + $0 }
    }
    guard text.contains(where: { "*?[".contains($0) }) else {
      throw Failure(.file, "there is no file '\(text)'")
    }
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(text, 0, nil, &found) == 0, let paths = found.gl_pathv else {
      throw Failure(.file, "no file is called like '\(text)'")
    }
    return (0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
  }
}

extension Model {
  /// Photographs as the network is to see them, N S S C, and their pictures.
  func prepared(_ items: some Collection<Photographs.Item>) throws -> (Tensor, [Raster]) {
    var way = preprocessing
    way.normalisation = way.normalisation.fitted(to: channels)
    let items = Array(items)
    let area = way.size * way.size * channels
    var results = [Result<Raster, any Error>?](repeating: nil, count: items.count)
    var tensor = Tensor(uninitialized: [items.count, way.size, way.size, channels])
    tensor.mutate { target in
      results.withUnsafeMutableBufferPointer { results in
        let places = results
        parallelFor(items.count, chunk: 1) { low, high in
          for index in low..<high {
            let read = Result { try items[index].raster() }
            if case .success(let raster) = read { way.write(raster, into: target + index * area) }
            places[index] = read
          }
        }
      }
    }
    return (tensor, try results.compactMap { try $0?.get() })
  }
}
