import Catalog
import Crypto
import Synchronization

/// Signs messages and says whether a signature is right: HMAC over the four JSON frames
/// (Jupyter messaging 5.5, "The wire protocol"). An empty key turns signing off.
final class Signer: Sendable {
  private enum Scheme {
    case none
    case sha256(SymmetricKey)
    case sha384(SymmetricKey)
    case sha512(SymmetricKey)
  }

  private let scheme: Scheme
  private let seen = Mutex(SeenSignatures())

  /// - Parameters:
  ///   - key: The text of the key as the connection file has it; its bytes are used undecoded.
  ///   - name: `hmac-sha256`, `hmac-sha384` or `hmac-sha512`.
  init(key: String, scheme name: String) throws {
    let secret = SymmetricKey(data: Array(key.utf8))
    switch name {
    case _ where key.isEmpty: scheme = .none
    case "hmac-sha256": scheme = .sha256(secret)
    case "hmac-sha384": scheme = .sha384(secret)
    case "hmac-sha512": scheme = .sha512(secret)
    default:
      throw Failure(
        .value, "the connection file asks for the signature scheme '\(name)'",
        advice: "'hmac-sha256', 'hmac-sha384' and 'hmac-sha512' are known")
    }
  }

  /// The signature as lower-case hexadecimal digits.
  func signature(of frames: ArraySlice<[UInt8]>) -> [UInt8] {
    switch scheme {
    case .none: []
    case .sha256(let key): hex(Signer.code(of: frames, key, SHA256.self))
    case .sha384(let key): hex(Signer.code(of: frames, key, SHA384.self))
    case .sha512(let key): hex(Signer.code(of: frames, key, SHA512.self))
    }
  }

  /// What is wrong with a signature, nil if it is right and new.
  func fault(of signature: [UInt8], over frames: ArraySlice<[UInt8]>) -> String? {
    if case .none = scheme { return nil }
    if signature.isEmpty { return "it is not signed" }
    guard let code = bytes(ofHex: signature) else { return "its signature is not hexadecimal" }
    let isRight =
      switch scheme {
      case .none: true
      case .sha256(let key): Signer.check(code, frames, key, SHA256.self)
      case .sha384(let key): Signer.check(code, frames, key, SHA384.self)
      case .sha512(let key): Signer.check(code, frames, key, SHA512.self)
      }
    if !isRight { return "its signature is wrong" }
    return seen.withLock { $0.insert(code) } ? nil : "its signature was used before"
  }

  private static func code<Hash: HashFunction>(
    of frames: ArraySlice<[UInt8]>, _ key: SymmetricKey, _ hash: Hash.Type
  ) -> HMAC<Hash>.MAC {
    var state = HMAC<Hash>(key: key)
    for frame in frames { state.update(data: frame) }
    return state.finalize()
  }

  /// Compares in a time that does not depend on where the two differ.
  private static func check<Hash: HashFunction>(
    _ code: [UInt8], _ frames: ArraySlice<[UInt8]>, _ key: SymmetricKey, _ hash: Hash.Type
  ) -> Bool {
    self.code(of: frames, key, hash) == code
  }

  private func hex(_ code: some Sequence<UInt8>) -> [UInt8] { Array(hexText(code).utf8) }

  private func bytes(ofHex text: [UInt8]) -> [UInt8]? {
    guard text.count % 2 == 0, text.count <= 128 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: text.count, by: 2) {
      guard let high = hexDigit(text[index]), let low = hexDigit(text[index + 1]) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}

/// The newest 65,536 signatures: a message that was recorded and sent again is refused.
struct SeenSignatures {
  static let capacity = 65_536
  private var known: Set<[UInt8]> = []
  private var order: [[UInt8]] = []
  private var oldest = 0

  /// False if it is there already.
  mutating func insert(_ signature: [UInt8]) -> Bool {
    guard known.insert(signature).inserted else { return false }
    if order.count < SeenSignatures.capacity {
      order.append(signature)
    } else {
      known.remove(order[oldest])
      order[oldest] = signature
      oldest = (oldest + 1) % SeenSignatures.capacity
    }
    return true
  }
}
