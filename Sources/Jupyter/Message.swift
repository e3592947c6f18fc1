/// A message of a client, its signature checked and its JSON read.
struct Message: Sendable {
  /// The routing frames before the delimiter: a reply goes back with the same.
  var identities: [[UInt8]]
  /// The header's very bytes: what is answered carries them as its parent.
  var header: [UInt8]
  var id: String
  var type: String
  /// The identifier of the message that this one answers.
  var parentID: String?
  var metadata: JSON
  var content: JSON
  var buffers: [[UInt8]]

  static let delimiter = Array("<IDS|MSG>".utf8)

  /// - Throws: `WireFault` if it is not a message, or not one of ours.
  init(_ frames: [[UInt8]], checkedBy signer: Signer) throws(WireFault) {
    guard let split = frames.firstIndex(of: Message.delimiter) else {
      throw WireFault("it has no delimiter")
    }
    guard frames.count - split > 5 else { throw WireFault("it has too few frames") }
    let signed = frames[split + 2..<split + 6]
    if let fault = signer.fault(of: frames[split + 1], over: signed) { throw WireFault(fault) }
    let header = try Message.object(frames[split + 2], "header")
    parentID = try Message.object(frames[split + 3], "parent header")["msg_id"]?.text
    guard let type = header["msg_type"]?.text else {
      throw WireFault("its header has no message type")
    }
    guard let id = header["msg_id"]?.text else { throw WireFault("its header has no identifier") }
    identities = Array(frames[..<split])
    self.header = frames[split + 2]
    self.id = id
    self.type = type
    metadata = try Message.object(frames[split + 4], "metadata")
    content = try Message.object(frames[split + 5], "content")
    buffers = Array(frames[(split + 6)...])
  }

  private static func object(_ bytes: [UInt8], _ part: String) throws(WireFault) -> JSON {
    do {
      let value = try JSON(parsing: bytes)
      if value.members == nil { throw WireFault("its \(part) is not an object") }
      return value
    } catch let error as JSONError {
      throw WireFault("its \(part) is not JSON: \(error.reason), byte \(error.offset)")
    } catch let fault as WireFault {
      throw fault
    } catch {
      throw WireFault("its \(part) cannot be read")
    }
  }
}

/// Why a message is dropped.
struct WireFault: Error, Equatable {
  var reason: String
  init(_ reason: String) { self.reason = reason }
}
