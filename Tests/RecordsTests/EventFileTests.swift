import Testing

@testable import Records

@Suite("Event files")
struct EventFileTests {
  @Test func `the check sum is that of RFC 3720`() {
    #expect(EventFile.crc32c(Array("123456789".utf8)) == 0xE306_9283)
    #expect(EventFile.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(EventFile.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(EventFile.crc32c([]) == 0)
  }

  /// The messages of a file; each record's check sums must fit.
  private func messages(_ bytes: [UInt8]) throws -> [[UInt8]] {
    func number(_ start: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }
    var result: [[UInt8]] = []
    var position = 0
    while position < bytes.count {
      let length = number(position, 8)
      #expect(
        number(position + 8, 4) == Int(EventFile.masked(Array(bytes[position..<position + 8]))))
      let message = Array(bytes[position + 12..<position + 12 + length])
      #expect(number(position + 12 + length, 4) == Int(EventFile.masked(message)))
      result.append(message)
      position += length + 16
    }
    return result
  }

  @Test func `records hold the format's name and one scalar each`() throws {
    var file = EventFile(time: 1.5)
    file.add("loss", 0.25, step: 300, time: 2)
    let messages = try messages(file.bytes)
    #expect(messages.count == 2)
    // wall_time = 1.5 (field 1, 64 bits), file_version (field 3, text).
    #expect(
      messages[0] == [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x1A, 13] + Array("brain.Event:2".utf8))
    // wall_time = 2, step = 300, summary { value { tag: "loss" simple_value: 0.25 } }.
    let value: [UInt8] = [0x0A, 4] + Array("loss".utf8) + [0x15, 0, 0, 0x80, 0x3E]
    let summary = [0x0A, UInt8(value.count)] + value
    #expect(
      messages[1] == [
        0x09, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x10, 0xAC, 0x02, 0x2A, UInt8(summary.count),
      ]
        + summary)
  }
}
