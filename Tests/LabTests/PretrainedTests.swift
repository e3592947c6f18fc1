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

  @Test func foldersAreModels() throws {
    try withFolder { folder in
      let sitting = Sitting()
      let make = "vit_tiny_patch16_224(classes=3, img_size=32, patch_size=8, seed=1)"
      _ = sitting.run("a = \(make); save a, \"\(folder)/model.safetensors\"")
      // As timm writes it.
      let config = """
        {"architecture": "vit_tiny_patch16_224.augreg", "num_classes": 3,
         "model_args": {"num_classes": 3, "img_size": [32, 32], "patch_size": 8},
         "label_names": ["a", "b", "c"],
         "pretrained_cfg": {"input_size": [3, 32, 32], "crop_pct": 0.9, "interpolation": "bicubic",
           "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "fixed_input_size": true}}
        """
      try Data(config.utf8).write(to: URL(filePath: "\(folder)/config.json"))
      // Weights of ours say more than the description beside them.
      #expect(sitting.run("b = pretrained(\"\(folder)\")").hasPrefix("152 matched"))
      #expect(sitting.run("b.script == a.script") == "true\n")
      #expect(sitting.run("b.labels") == "[\"a\", \"b\", \"c\"]\n")
      #expect(sitting.run("b.preprocessing.crop") == "0.9\n")
      #expect(sitting.run("load a, \"\(folder)\"").hasPrefix("152 matched"))
      #expect(sitting.run("a.labels") == "[\"a\", \"b\", \"c\"]\n")
    }
  }
}
