import Catalog
import Datasets
import Foundation
import Testing

/// A call without a session.
final class NoSession: CallContext {}

/// Calls a declaration of the module by name, as the language would.
func call(_ name: String, _ arguments: (String?, Value)...) throws -> Value {
  let all = dataRegistry.declarations + augmentationRegistry.declarations
  let declaration = try #require(all.first { $0.name == name })
  return try declaration.call(
    arguments.map { GivenArgument($0.1, name: $0.0) }, NoSession())
}

func dataset(_ value: Value) throws -> Dataset { try Dataset.read(value) }

func digits() throws -> Dataset { try dataset(call("digits")) }

/// The failure of an operation, or nil where it does not fail.
func failure(_ body: () throws -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch {
    return (error as? any Explained)?.failure
  }
}

/// A folder that is gone when the test is over.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "athanor-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }
}

/// An IDX file of bytes with this header.
func idx(_ sizes: [UInt32], _ bytes: [UInt8], type: UInt8 = 8, axes: UInt8? = nil) -> [UInt8] {
  var file: [UInt8] = [0, 0, type, axes ?? UInt8(sizes.count)]
  for size in sizes {
    for shift in [24, 16, 8, 0] { file.append(UInt8(truncatingIfNeeded: size >> UInt32(shift))) }
  }
  return file + bytes
}
