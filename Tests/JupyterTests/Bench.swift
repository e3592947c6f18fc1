import Catalog
import Conversation
import Foundation
import Testing

@testable import Jupyter

/// A kernel on real sockets and a client that hears everything it publishes.
final class Bench {
  let server: Server
  let client: KernelClient
  private(set) var info: ConnectionInfo
  private var isStopped = false

  init(_ info: ConnectionInfo? = nil) throws {
    var info = info ?? Bench.localInfo()
    if info.key.isEmpty { info.key = "secret" }
    server = try Server(info)
    self.info = server.info
    try server.start(SampleInterpreter.factory)
    client = try KernelClient(server.info)
    #expect(try client.waitUntilReady(milliseconds: 60_000) == "athanor \(Kernel.version)")
    // The status around the first request is of no interest to a test.
    _ = try until("idle")
  }

  deinit { stop() }

  func stop() {
    if !isStopped { server.stop(patience: 60_000) }
    isStopped = true
    if info.transport == .ipc { rmdir(SmallFile.parent(of: info.ip)) }
  }

  /// A connection over files of a folder of its own.
  static func localInfo() -> ConnectionInfo {
    var info = ConnectionInfo()
    info.transport = .ipc
    info.ip = Bench.folder() + "/k"
    info.key = "secret"
    for (index, channel) in ConnectionInfo.Channel.allCases.enumerated() {
      info.ports[channel] = index + 1
    }
    return info
  }

  /// A new folder that only this process uses.
  static func folder() -> String {
    let path = "/tmp/athanor-\(getpid())-" + randomText().prefix(8)
    mkdir(path, 0o700)
    return path
  }

  /// Removes what `folder` made, with everything in it.
  static func remove(_ folder: String) {
    guard folder.hasPrefix("/tmp/athanor-") else { return }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Another client, not yet listening.
  func anotherClient() throws -> KernelClient { try KernelClient(info) }

  /// Messages on IOPub up to the status given.
  func until(_ status: String) throws -> [Message] {
    var messages: [Message] = []
    while let message = try client.receive(on: .iopub) {
      messages.append(message)
      if message.content["execution_state"]?.text == status { return messages }
    }
    Issue.record("'\(status)' did not come")
    return messages
  }

  /// Sends a request; its reply and everything published up to idle.
  func ask(
    _ type: String, _ content: JSON = [:], on channel: ConnectionInfo.Channel = .shell
  ) throws -> (reply: Message, published: [Message]) {
    let id = client.send(type, content, on: channel)
    let reply = try #require(try client.receive(on: channel))
    #expect(reply.parentID == id)
    let published = try until("idle")
    for message in published { #expect(message.parentID == id) }
    return (reply, published)
  }

  func execute(_ code: String, _ others: JSON = [:]) throws -> (reply: JSON, published: [Message]) {
    let content = JSON.object([.init(name: "code", value: .string(code))] + (others.members ?? []))
    let (reply, published) = try ask("execute_request", content)
    #expect(reply.type == "execute_reply")
    return (reply.content, published)
  }
}

/// The types of messages, with the state of a status and the name of a stream.
func kinds(_ messages: [Message]) -> [String] {
  messages.map { message in
    message.content["execution_state"]?.text ?? message.content["name"]?.text ?? message.type
  }
}

/// All text of one stream.
func text(_ messages: [Message], _ name: String = "stdout") -> String {
  messages.filter { $0.type == "stream" && $0.content["name"]?.text == name }
    .map { $0.content["text"]?.text ?? "" }.joined()
}

/// Numbers that are the same at every run (SplitMix64; Steele, Lea and Flood, 2014).
struct FixedRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
