import Checkpoints
import Foundation

/// A folder that is gone when the test is over.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "athanor-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

func bytes(of path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

func fromBase64(_ text: String) -> [UInt8] { [UInt8](Data(base64Encoded: text) ?? Data()) }

func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { [UInt8]($0) }
}

func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { little(number).reversed() }

/// The reason an operation gives for refusing, or "" where it does not refuse.
func reason(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch let error as CheckpointError {
    return error.reason
  } catch {
    return "another error: \(error)"
  }
}

/// Numbers that look random and are the same every time (SplitMix64).
struct FixedRandom: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Feeds a reader with cuts and mutations of a good file and with noise; returns how many it refused.
func fuzz(
  _ good: [UInt8], rounds: Int = 1500, seed: UInt64, _ read: (FileBytes) throws -> Void
) -> Int {
  var random = FixedRandom(seed)
  var refused = 0
  func feed(_ bytes: [UInt8]) {
    do { try read(FileBytes(bytes, name: "fuzz")) } catch { refused += 1 }
  }
  for cut in 0..<min(good.count, 400) { feed(Array(good.prefix(cut))) }
  for round in 0..<rounds {
    var bytes = good
    if round % 5 == 0 {
      bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      // Let it get past the signature.
      for index in 0..<min(bytes.count, Int.random(in: 0...10, using: &random)) {
        bytes[index] = good[index]
      }
    } else {
      for _ in 0...Int.random(in: 0...6, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[at] = 0xFF
        case 2: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
        default: bytes.remove(at: at)
        }
        if bytes.isEmpty { break }
      }
    }
    feed(bytes)
  }
  return refused
}
