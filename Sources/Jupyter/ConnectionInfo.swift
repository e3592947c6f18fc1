import CZeroMQ
import Catalog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the five channels are, and the key of the signatures: what a connection file says
/// (Jupyter client, "Connection files").
struct ConnectionInfo: Sendable, Equatable {
  enum Channel: String, CaseIterable, Sendable {
    case shell, iopub, stdin, control
    case heartbeat = "hb"
  }

  enum Transport: String, Sendable {
    case tcp, ipc
  }

  var transport = Transport.tcp
  /// A host address or, for ipc, the first part of the sockets' paths.
  var ip = "127.0.0.1"
  /// By channel; 0 lets the system choose.
  var ports: [Channel: Int] = [:]
  var key = ""
  var signatureScheme = "hmac-sha256"
  /// Z85 texts of 40 characters where the connection is to be encrypted with CURVE.
  var curvePublicKey: String?
  var curveSecretKey: String?
  /// Members that are not ours, kept when the file is written again.
  var others: [JSON.Member] = []

  init() {}

  /// - Throws: `FileError` or `ValueError` naming the file and what is wrong in it.
  init(file: String) throws {
    let bytes = try SmallFile.read(file)
    do {
      try self.init(JSON(parsing: bytes))
    } catch let error as JSONError {
      throw Failure(
        .file, "'\(file)' is not JSON: \(error.reason), byte \(error.offset)",
        advice: "a connection file is made by a Jupyter front end")
    } catch var failure as Failure {
      failure.message = "'\(file)': " + failure.message
      throw failure
    }
  }

  init(_ json: JSON) throws {
    guard let members = json.members else {
      throw Failure(.value, "the connection file holds no JSON object")
    }
    for member in members where try !read(member) { others.append(member) }
    for channel in Channel.allCases where ports[channel] == nil { ports[channel] = 0 }
    guard (curvePublicKey == nil) == (curveSecretKey == nil) else {
      throw Failure(.value, "one of 'curve_publickey' and 'curve_secretkey' is missing")
    }
    if transport == .ipc, ports.values.contains(0) {
      throw Failure(.value, "a connection by ipc needs all five ports")
    }
  }

  private mutating func read(_ member: JSON.Member) throws -> Bool {
    let name = member.name
    func text() throws -> String {
      if let text = member.value.text { return text }
      throw Failure(.value, "'\(name)' needs a string")
    }
    switch name {
    case "transport":
      guard let transport = Transport(rawValue: try text()) else {
        throw Failure(.value, "the transport '\(try text())' is not known", advice: "tcp or ipc")
      }
      self.transport = transport
    case "ip":
      ip = try text()
      guard !ip.isEmpty, ip.utf8.count < 200, !ip.utf8.contains(0) else {
        throw Failure(.value, "'ip' is no address")
      }
    case "key": key = try text()
    case "signature_scheme": signatureScheme = try text()
    case "curve_publickey": curvePublicKey = try curveKey(text(), name)
    case "curve_secretkey": curveSecretKey = try curveKey(text(), name)
    case "shell_port", "iopub_port", "stdin_port", "control_port", "hb_port":
      let port = member.value.whole ?? member.value.text.flatMap { Int($0) }
      guard let port, (0...65_535).contains(port),
        let channel = Channel(rawValue: String(name.dropLast(5)))
      else { throw Failure(.value, "'\(name)' needs a number from 0 to 65535") }
      ports[channel] = port
    default: return false
    }
    return true
  }

  private func curveKey(_ text: String, _ name: String) throws -> String? {
    if text.isEmpty { return nil }
    guard text.utf8.count == 40 else {
      throw Failure(.value, "'\(name)' needs 40 characters, got \(text.utf8.count)")
    }
    return text
  }

  /// Where a channel's socket is bound, or connected to.
  func address(_ channel: Channel) -> String {
    let port = ports[channel] ?? 0
    switch transport {
    case .ipc: return "ipc://\(ip)-\(port)"
    case .tcp:
      let host = ip.contains(":") ? "[\(ip)]" : ip
      return "tcp://\(host):\(port == 0 ? "*" : String(port))"
    }
  }

  /// Removes what an ipc socket leaves behind.
  func removeSocketFile(_ channel: Channel) {
    if transport == .ipc { unlink("\(ip)-\(ports[channel] ?? 0)") }
  }

  var json: JSON {
    var members: [JSON.Member] = [
      .init(name: "transport", value: .string(transport.rawValue)),
      .init(name: "ip", value: .string(ip)),
    ]
    for channel in Channel.allCases {
      members.append(
        .init(name: channel.rawValue + "_port", value: .integer(ports[channel] ?? 0)))
    }
    members.append(.init(name: "key", value: .string(key)))
    members.append(.init(name: "signature_scheme", value: .string(signatureScheme)))
    if let curvePublicKey, let curveSecretKey {
      members.append(.init(name: "curve_publickey", value: .string(curvePublicKey)))
      members.append(.init(name: "curve_secretkey", value: .string(curveSecretKey)))
    }
    return .object(members + others)
  }

  /// Sets a kernel's socket up for the transport, before it is bound.
  func prepare(_ socket: Socket) throws {
    if transport == .tcp, ip.contains(":") { socket.set(ZMQ_IPV6, 1) }
    guard let curveSecretKey else { return }
    socket.set(ZMQ_CURVE_SERVER, 1)
    guard zmq_has("curve") == 1, socket.set(ZMQ_CURVE_SECRETKEY, bytes: Array(curveSecretKey.utf8))
    else {
      throw Failure(
        .state, "the connection file asks for CURVE encryption, which ZeroMQ refuses here",
        advice: "is libzmq built with libsodium, and is the key right?")
    }
  }

  /// Sets a client's socket up for the kernel's key, with a key pair of its own.
  func encrypt(_ socket: Socket) throws {
    guard let curvePublicKey else { return }
    let own = try ConnectionInfo.curvePair()
    socket.set(ZMQ_CURVE_SERVERKEY, bytes: Array(curvePublicKey.utf8))
    socket.set(ZMQ_CURVE_PUBLICKEY, bytes: Array(own.publicKey.utf8))
    socket.set(ZMQ_CURVE_SECRETKEY, bytes: Array(own.secretKey.utf8))
  }

  /// A new pair of keys as Z85 texts.
  static func curvePair() throws -> (publicKey: String, secretKey: String) {
    var publicKey = [CChar](repeating: 0, count: 41)
    var secretKey = publicKey
    guard zmq_curve_keypair(&publicKey, &secretKey) == 0 else {
      throw Failure(.state, "this ZeroMQ has no CURVE encryption")
    }
    func text(_ key: [CChar]) -> String {
      String(decoding: key.prefix(40).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    return (text(publicKey), text(secretKey))
  }
}
