import Catalog
import Conversation
import Foundation
import Lab
import Testing

@Suite("What a user does with teachers")
struct TeacherTests {
  static let photos = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Golden/photos").path

  private func sitting(_ more: String = "") -> Sitting {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    #expect(sitting.run(more) == "")
    return sitting
  }

  @Test("a photograph is shown with its classes")
  func classify() {
    let sitting = sitting("net = mlp(classes=10, hidden=[8], channels=3, size=16)")
    let text = sitting.run("c = classify(net, \"\(Self.photos)/chelsea.png\", top=3)\nc")
    #expect(text.contains("chelsea.png") && text.contains("%"))
    #expect(text.contains("neither trained nor loaded"))
    #expect(sitting.run("len(c.labels)") == "3\n")
    #expect(sitting.run("c.probabilities[0] >= c.probabilities[1]") == "true\n")
    #expect(
      sitting.run(
        "sum(classify(net, \"\(Self.photos)/rocket.jpg\", top=99).probabilities) > 0.9999")
        == "true\n")
  }

  @Test("folders, patterns, samples and lists are pictures")
  func manyPictures() throws {
    try withFolder { folder in
      let sitting = sitting("net = mlp(classes=10, hidden=[8], channels=3, size=16)")
      #expect(sitting.run("len(classify(net, \"\(Self.photos)\"))") == "4\n")
      #expect(sitting.run("len(classify(net, \"\(Self.photos)/c*.png\"))") == "3\n")
      for index in 0..<8 {
        #expect(sitting.run("save data.test[\(index)], \"\(folder)/\(index).png\"") == "")
      }
      #expect(
        sitting.run("len(classify(student, data.test[0], [\"\(folder)\", data.test[1]]))") == "10\n"
      )
      // Many pictures are a table.
      let text = sitting.run("classify student, \"\(folder)\"")
      #expect(text.contains("probability") && text.contains("7.png"))
      // A picture that went through a file is classified as the sample is.
      #expect(
        sitting.run(
          "classify(student, \"\(folder)/0.png\").labels == classify(student, data.test[0]).labels")
          == "true\n")
    }
  }

  @Test("names come from the model, a list, a file or ImageNet")
  func names() throws {
    try withFolder { folder in
      let sitting = sitting("net = mlp(classes=1000, hidden=[4], channels=3, size=8)")
      let photo = "\"\(Self.photos)/coffee.png\""
      #expect(sitting.run("number(classify(net, \(photo)).names[0]) >= 0") == "true\n")
      #expect(sitting.run("net.labels = \"imagenet\"; net.labels[967]") == "espresso\n")
      let name = sitting.run("classify(net, \(photo)).names[0]")
      let letters = name.filter(\.isLetter)
      #expect(!letters.isEmpty)
      #expect(
        sitting.run(
          "save net, \"\(folder)/n.safetensors\"; other = mlp(classes=1000, hidden=[4], channels=3, size=8)\nother.labels == none"
        ) == "true\n")
      _ = sitting.run("load other, \"\(folder)/n.safetensors\"")
      #expect(sitting.run("other.labels[0]") == "tench, Tinca tinca\n")
      #expect(sitting.failure("student.labels = \"imagenet\"")?.message.contains("1000") == true)
      try Data("a\nb c\n2\td\n".utf8).write(to: URL(fileURLWithPath: folder + "/names.txt"))
      _ = sitting.run(
        "three = mlp(classes=3, hidden=[4], size=8)\nthree.labels = \"\(folder)/names.txt\"")
      #expect(sitting.run("three.labels") == "[\"a\", \"b c\", \"d\"]\n")
    }
  }

  @Test("preprocessing is a member that can be changed and is saved")
  func preprocessing() throws {
    try withFolder { folder in
      let sitting = sitting()
      #expect(sitting.run("student.preprocessing.size") == "8\n")
      let code =
        "student.preprocessing = preprocess(size=8, crop=0.5, interpolation=\"nearest\", mean=[0.5], std=[0.25])"
      #expect(sitting.run(code) == "")
      _ = sitting.run(
        "save student, \"\(folder)/s.safetensors\"\nother = mlp(hidden=[8], size=8)\nload other, \"\(folder)/s.safetensors\""
      )
      #expect(
        sitting.run("other.preprocessing.script")
          == "preprocess(size=8, crop=0.5, interpolation=\"nearest\", mean=[0.5], std=[0.25])\n")
      #expect(sitting.failure("student.preprocessing = preprocess()")?.name == "ShapeError")
      #expect(sitting.failure("preprocess(crop=0)") != nil)
    }
  }

  @Test("pictures that are none are named")
  func badPictures() throws {
    try withFolder { folder in
      let sitting = sitting()
      try Data("GIF89a".utf8).write(to: URL(fileURLWithPath: folder + "/a.png"))
      #expect(
        sitting.failure("classify student, \"\(folder)/a.png\"")?.message.contains(
          "is a GIF picture") == true)
      #expect(
        sitting.failure("classify student, \"\(folder)/b.png\"")?.message.contains(
          "there is no file") == true)
      #expect(
        sitting.failure("classify student, \"\(folder)/*.jpg\"")?.message.contains(
          "no file is called like") == true)
      #expect(sitting.failure("classify student")?.message.contains("needs pictures") == true)
    }
  }

  @Test("logits are shown, and written for other frameworks")
  func predict() throws {
    try withFolder { folder in
      let sitting = sitting()
      #expect(sitting.run("p = predict(student, on=data.test, batch=50); p.count") == "360\n")
      #expect(sitting.run("len(p[0])") == "10\n")
      #expect(sitting.run("p").contains("350 more"))
      _ = sitting.run(
        "predict student, on=data.test, to=\"\(folder)/l.safetensors\"; predict student, on=data.test, to=\"\(folder)/l.npy\", folded=false"
      )
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/l.npy"))
      #expect(bytes.count == 128 + 360 * 10 * 4)
      #expect(bytes.range(of: Data("(360, 10)".utf8)) != nil)
      let whole = try Data(contentsOf: URL(fileURLWithPath: folder + "/l.safetensors"))
      #expect(whole.range(of: Data("\"labels\"".utf8)) != nil)
      // Arrays of bytes are normalised as the model says; floats are taken as they are.
      _ = sitting.run("save data, \"\(folder)/d.safetensors\"")
      #expect(
        sitting.run(
          "predict(student, on=\"\(folder)/d.safetensors\", images=\"test_images\").count")
          == "360\n")
      #expect(
        sitting.failure("predict student, on=\"\(folder)/d.safetensors\"")?.message.contains(
          "images") == true)
      #expect(sitting.failure("predict student, on=data, to=\"x.csv\"")?.name == "ValueError")
      #expect(sitting.run("predict(student, on=\"\(folder)/l.npy\")").contains("error"))
    }
  }

  @Test("an audit says what speaks against a teacher")
  func audit() {
    let sitting = sitting(
      "set width=200; fit run, epochs=1, quiet=true; small = mlp(classes=20, hidden=[8], size=8)")
    let text = sitting.run("audit teacher, data, student=student")
    for word in [
      "accuracy", "NLL", "speed folded", "largest change by folding", "input mean",
      "entropy at T=4",
    ] {
      #expect(text.contains(word), "\(word)")
    }
    #expect(text.contains("neither trained nor loaded"))
    #expect(sitting.run("audit small, data, student=student, samples=50").contains("20 classes"))
    _ = sitting.run("t = train(teacher, data, epochs=2); step t")
    #expect(sitting.run("audit teacher, data").contains("still being trained"))
    #expect(
      sitting.run(
        "far = mlp(hidden=[8], size=8)\nfar.preprocessing = preprocess(size=8, mean=[9], std=[1])\naudit far, data"
      ).contains("is it the right teacher"))
    #expect(sitting.failure("audit teacher, digits().test, batch=0") != nil)
  }
}
