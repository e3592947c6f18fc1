import Catalog
import Checkpoints
import Foundation

/// The members of a sweep in a file, so that it goes on after an interruption or a crash.
///
/// The file is JSON and is replaced as a whole after every member.
public struct SweepFile {
  private struct Contents: Codable {
    var kind = "athanor.sweep"
    var version = 1
    var arguments: [String]
    var members: [SweepMember]
  }

  public let path: String
  public let arguments: [String]
  public private(set) var members: [SweepMember]

  private static let largest = 256 << 20

  /// Reads a file, or begins one that is not there yet.
  ///
  /// - Throws: `Failure` where it is no sweep, or one over other arguments.
  public init(_ path: String, arguments: [String]) throws {
    self.path = path
    self.arguments = arguments
    members = []
    let manager = FileManager.default
    guard manager.fileExists(atPath: path) else {
      // Found out now, not after the first member.
      let folder = (path as NSString).deletingLastPathComponent
      guard manager.isWritableFile(atPath: folder.isEmpty ? "." : folder) else {
        throw Failure(.file, "\(path.literal) cannot be written: no such folder, or not ours")
      }
      return
    }
    let size = (try? manager.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    guard size <= SweepFile.largest, let data = manager.contents(atPath: path) else {
      throw Failure(.file, "\(path.literal) cannot be read as a sweep")
    }
    guard let contents = try? JSONDecoder.withInfinities.decode(Contents.self, from: data),
      contents.kind == "athanor.sweep", contents.version == 1,
      contents.members.allSatisfy({ $0.values.count == contents.arguments.count })
    else {
      throw Failure(
        .file, "\(path.literal) is no sweep", advice: "to= needs the name of a new file")
    }
    guard contents.arguments == arguments else {
      throw Failure(
        .state,
        "the sweep in \(path.literal) is over \(contents.arguments.joined(separator: ", ")), "
          + "not \(arguments.joined(separator: ", "))",
        advice: "to= another file")
    }
    members = contents.members
  }

  /// The finished member at a place of the sweep.
  ///
  /// - Throws: `Failure` with the first line that differs, where it was another training.
  public func finished(_ member: SweepMember) throws -> SweepMember? {
    guard let known = members.first(where: { $0.hasSamePlace(as: member) }) else { return nil }
    guard known.isSameTraining(as: member) else {
      let place = zip(arguments, member.values).map { "\($0)=\($1)" } + ["seed=\(member.seed)"]
      throw Failure(
        .state,
        "the sweep in \(path.literal) has another training at \(place.joined(separator: " ")): "
          + SweepFile.difference(known, member),
        advice: "to= another file, or remove this one")
    }
    return known
  }

  private static func difference(_ old: SweepMember, _ new: SweepMember) -> String {
    let before = old.script.split(separator: "\n", omittingEmptySubsequences: false)
    let after = new.script.split(separator: "\n", omittingEmptySubsequences: false)
    for index in 0..<max(before.count, after.count) {
      let was = index < before.count ? String(before[index]) : "nothing"
      let now = index < after.count ? String(after[index]) : "nothing"
      if was != now { return "it was '\(was)', now it is '\(now)'" }
    }
    return "other first weights"
  }

  /// Adds a member and writes the file.
  public mutating func add(_ member: SweepMember) throws {
    members.removeAll { $0.hasSamePlace(as: member) }
    members.append(member)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let data = try encoder.encode(Contents(arguments: arguments, members: members))
    try AtomicFile.write(path, bytes: Array(data))
  }
}

extension JSONDecoder {
  fileprivate static var withInfinities: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}
