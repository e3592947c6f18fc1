import Catalog
import Testing

@testable import Jupyter

struct SignerTests {
  private let frames = ["what do ya ", "want ", "for ", "nothing?"].map { Array($0.utf8) }

  /// Test case 2 of RFC 4231 (2005), its data cut into four frames.
  @Test func signsAsTheStandardSays() throws {
    let sha256 = try Signer(key: "Jefe", scheme: "hmac-sha256").signature(of: frames[...])
    #expect(
      String(decoding: sha256, as: UTF8.self)
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let sha512 = try Signer(key: "Jefe", scheme: "hmac-sha512").signature(of: frames[...])
    #expect(
      String(decoding: sha512, as: UTF8.self).hasPrefix(
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e"))
  }

  @Test func acceptsOnceAndRefusesTheRest() throws {
    let signer = try Signer(key: "Jefe", scheme: "hmac-sha256")
    let right = signer.signature(of: frames[...])
    var wrong = right
    wrong[0] ^= 1
    #expect(signer.fault(of: wrong, over: frames[...]) == "its signature is wrong")
    #expect(signer.fault(of: [], over: frames[...]) == "it is not signed")
    #expect(signer.fault(of: Array(right.dropLast(2)), over: frames[...]) != nil)
    #expect(signer.fault(of: Array(right.dropLast()), over: frames[...]) != nil)
    #expect(signer.fault(of: Array("zz".utf8), over: frames[...]) != nil)
    #expect(signer.fault(of: right, over: frames[...]) == nil)
    #expect(signer.fault(of: right, over: frames[...]) == "its signature was used before")
  }

  @Test func emptyKeyTurnsSigningOff() throws {
    let signer = try Signer(key: "", scheme: "")
    #expect(signer.signature(of: frames[...]).isEmpty)
    #expect(signer.fault(of: [], over: frames[...]) == nil)
    #expect(signer.fault(of: [], over: frames[...]) == nil)
  }

  @Test func refusesUnknownSchemes() {
    #expect(throws: Failure.self) { try Signer(key: "k", scheme: "hmac-md2") }
  }

  @Test func forgetsTheOldestSignatures() {
    var seen = SeenSignatures()
    func isNew(_ number: Int) -> Bool { seen.insert(Array("\(number)".utf8)) }
    let accepted = (0..<SeenSignatures.capacity).filter(isNew)
    #expect(accepted.count == SeenSignatures.capacity)
    let answers = [isNew(0), isNew(-1), isNew(0), isNew(2)]
    #expect(answers == [false, true, true, false])
  }
}
