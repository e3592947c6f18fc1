import Conversation
import Foundation
import Testing

/// Weights from files, through the language.
@Suite("pretrained and load")
struct PretrainedTests {
  @Test func ownFilesMakeTheirModels() throws {
    try withFolder { folder in
      let sitting = Sitting()
      _ = sitting.run(
        "a = mlp(hidden=[8], size=8, seed=3, classes=4); save a, \"\(folder)/a.safetensors\"")
      #expect(sitting.run("b = pretrained(\"\(folder)/a.safetensors\")") == "4 matched\n")
      #expect(sitting.run("b.script == a.script") == "true\n")
      let failure = sitting.failure("c = pretrained(\"\(folder)/a.safetensors\", model=lenet)")
      #expect(failure?.message.contains("does not fit lenet") == true)
      let unknown = sitting.failure("c = pretrained(\"\(folder)/a.safetensors\", model=\"lenett\")")
      #expect(unknown?.lines.joined().contains("did you mean \"lenet\"?") == true)
    }
  }

  @Test func torchFilesNeedTheirNetworksName() throws {
    let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/checkpoints/training_4.pth").path
    let sitting = Sitting()
    let failure = sitting.failure("t = pretrained(\"\(golden)\")")
    #expect(failure?.message.contains("does not say which network it is") == true)
    let hint = sitting.failure("load lenet(), \"\(golden)\"")
    #expect(hint?.lines.joined().contains("the file calls its network 'tiny'") == true)
  }

  @Test func descriptionsThatAskForTooMuchAreRefused() throws {
    try withFolder { folder in
      let sitting = Sitting()
      _ = sitting.run("a = mlp(hidden=[8], size=8); save a, \"\(folder)/a.safetensors\"")
      var bytes = try Data(contentsOf: URL(filePath: "\(folder)/a.safetensors"))
      // The header's size stays: the call is one letter longer here and shorter there.
      let range = try #require(bytes.range(of: Data("hidden=[8]".utf8)))
      bytes.replaceSubrange(range, with: Data("hidden=[9999999999999]".utf8))
      var size = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) } + 12
      bytes.replaceSubrange(0..<8, with: withUnsafeBytes(of: &size) { Data($0) })
      try bytes.write(to: URL(filePath: "\(folder)/evil.safetensors"))
      let failure = sitting.failure("pretrained(\"\(folder)/evil.safetensors\")")
      #expect(failure?.message.contains("describes a network that it does not hold") == true)
    }
  }
}
