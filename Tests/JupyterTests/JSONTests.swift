import Testing

@testable import Jupyter

struct JSONTests {
  @Test func readsAndWritesEveryKind() throws {
    let text = #"{"a":[null,true,false,-1,0.5,1e3],"é\n\"":"\u0001\\","n":{}}"#
    let value = try JSON(parsing: text)
    #expect(value["a"]?.items?.count == 6)
    #expect(value["a"]?.items?[3] == .integer(-1))
    #expect(value["a"]?.items?[5] == .number(1000))
    #expect(value["é\n\""]?.text == "\u{1}\\")
    #expect(try JSON(parsing: value.bytes) == value)
    #expect(try JSON(parsing: value.indented()) == value)
  }

  @Test func readsEscapesAndPairs() throws {
    #expect(try JSON(parsing: #""\ud83d\ude00\u00e9\/\b\f\r\t""#).text == "😀é/\u{8}\u{C}\r\t")
    // Halves of a character that a cursor split are kept apart from what follows.
    #expect(try JSON(parsing: #""\ud83dx""#).text == "\u{FFFD}x")
    #expect(try JSON(parsing: #""\ude00""#).text == "\u{FFFD}")
    #expect(try JSON(parsing: #""\ud83d\u0041""#).text == "\u{FFFD}A")
  }

  @Test(arguments: [
    "", " ", "{", "[", "\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "[1,]",
    "[1 2]", "nul", "NaN", "Infinity", "-", "01", "1.", "1e", ".5", "+1", "\"\n\"", "\"\\x\"",
    "\"\\u12g4\"", "\"\\u12", "1 2", "{1:2}", "1e999", "'a'", "//", "tru",
  ])
  func refuses(_ text: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text) }
  }

  @Test func refusesBytesThatAreNoText() {
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xC3, 0x22]) }
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0x5C, 0x6E, 0xFF, 0x22]) }
  }

  @Test func refusesDeepNesting() throws {
    func nested(_ depth: Int, _ open: String, _ close: String) -> String {
      String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }
    #expect(throws: Never.self) { try JSON(parsing: nested(128, "[", "]")) }
    #expect(throws: JSONError.self) { try JSON(parsing: nested(129, "[", "]")) }
    #expect(throws: JSONError.self) { try JSON(parsing: nested(1_000_000, "[", "]")) }
    #expect(throws: JSONError.self) { try JSON(parsing: nested(1_000_000, "{\"a\":", "}")) }
  }

  @Test func writesNoNumberThatJSONHasNot() {
    let value: JSON = [.number(.nan), .number(.infinity), .number(-0.25)]
    #expect(String(decoding: value.bytes, as: UTF8.self) == "[null,null,-0.25]")
  }

  @Test func lastOfTwoMembersCounts() throws {
    #expect(try JSON(parsing: #"{"a":1,"a":2}"#)["a"] == 2)
  }

  @Test func survivesCutsAndNoise() throws {
    let text = Array(
      #"{"header":{"msg_id":"a_1","n":[1,2.5e-3,"\u00e9\ud83d\ude00"]},"x":null}"#.utf8)
    for count in 0..<text.count {
      #expect(throws: JSONError.self) { try JSON(parsing: Array(text[..<count])) }
    }
    var random = FixedRandom(state: 7)
    var read = 0
    for _ in 0..<20_000 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      if let value = try? JSON(parsing: bytes) {
        read += 1
        #expect(try JSON(parsing: value.bytes) == value)
      }
    }
    #expect(read > 0)
  }
}
