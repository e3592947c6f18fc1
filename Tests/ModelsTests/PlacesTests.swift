import Catalog
import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import Models

/// Where weights are in files of other programs, and under which names.
@Suite("places and names")
struct PlacesTests {
  /// Loads entries and returns the failure.
  private func refusal(_ model: Model, _ entries: [Checkpoint.Entry]) throws -> Failure {
    try #require(
      #expect(throws: Failure.self) { try model.load(Checkpoint(entries), from: "file") })
  }

  // MARK: Where trainers put the weights

  @Test(arguments: [
    "state_dict.", "model.", "model_state_dict.", "net.", "module.", "_orig_mod.",
    "state_dict.module.", "state_dict_ema.", "model._orig_mod.module.", "model_ema.module.",
  ])
  func placesAreFound(_ prefix: String) throws {
    let model = try make("lenet")
    let other = try make("lenet", ["seed": .number(3)])
    let beside = [Checkpoint.Entry("optimizer.state.0", StoredArray([Float(1)], shape: [1]))]
    let report = try model.load(
      Checkpoint(try other.checkpointEntries(prefix: prefix) + beside), from: "file")
    #expect(report.isExact && bits(model.weights) == bits(other.weights))
    #expect(report.line.contains("found under '\(prefix.dropLast())'"))
  }

  @Test func averagedWeightsComeFirst() throws {
    let model = try make("lenet")
    let (plain, averaged) = (
      try make("lenet", ["seed": .number(3)]), try make("lenet", ["seed": .number(4)])
    )
    let file = Checkpoint(
      try plain.checkpointEntries(prefix: "state_dict.")
        + averaged.checkpointEntries(prefix: "state_dict_ema."))
    let report = try model.load(file, from: "file")
    #expect(bits(model.weights) == bits(averaged.weights))
    #expect(report.line.contains("prefix=\"state_dict.\" takes the others"))
    try model.load(file, from: "file", prefix: "state_dict.")
    #expect(bits(model.weights) == bits(plain.weights))
  }

  @Test func unusualPlacesAreHinted() throws {
    let model = try make("resnet8")
    let failure = try refusal(
      model, try model.cloned(seed: 9).checkpointEntries(prefix: "student.encoder."))
    #expect(failure.advice == "prefix=\"student.encoder.\" fits")
  }

  @Test func otherFamiliesAreHinted() throws {
    let model = try make("lenet")
    let failure = try refusal(model, try make("resnet8").checkpointEntries())
    #expect(failure.advice?.contains("ResNet for small images") == true)
    let big = try refusal(model, try make("resnet18").checkpointEntries())
    #expect(big.advice == "its keys are those of a resnet18")
  }

  @Test func otherHeadsAreSaid() throws {
    let model = try make("resnet8")
    let failure = try refusal(
      model, try make("resnet8", ["classes": .number(7)]).checkpointEntries())
    #expect(failure.message.contains("the file's head has 7 classes, the model's 10"))
    #expect(failure.advice?.contains("strict=false keeps the model's own head") == true)
  }

  // MARK: Substitutions

  @Test func substitutionsRename() throws {
    let cases: [(String, String, String)] = [
      ("a->b", "a.ca", "b.cb"), ("^a->b", "a.ca", "b.ca"), ("a$->b", "a.ca", "a.cb"),
      ("a.->", "a.a.x", "x"), ("^->net.", "x", "net.x"), ("^a$->b", "a", "b"),
      ("^a$->b", "aa", "aa"),
      ("a->a.a", "a", "a.a"), ("_conv->conv", "_conv.w", "conv.w"),
    ]
    for (text, key, new) in cases {
      #expect(try #require(KeySubstitution(text)).applied(to: key) == new, "\(text)")
    }
    #expect(KeySubstitution("a-b") == nil && KeySubstitution("->b") == nil)
    let model = try make("lenet")
    let other = try make("lenet", ["seed": .number(3)])
    let entries = try other.checkpointEntries().map {
      Checkpoint.Entry("x." + $0.name.replacingOccurrences(of: "conv", with: "c_"), $0.array)
    }
    let map = try ["^x.->", "c_->conv"].map { try #require(KeySubstitution($0)) }
    try model.load(Checkpoint(entries), from: "file", map: map)
    #expect(bits(model.weights) == bits(other.weights))
    let past = LoadedPast(path: "f", strict: false, prefix: "p.", map: map)
    var variables = VariableNames()
    #expect(
      past.statements(model: "m", &variables) == [
        "load m, \"f\", strict=false, prefix=\"p.\", map=[\"^x.->\", \"c_->conv\"]"
      ])
  }

  @Test func narrowTypesAreWidenedAndSaid() throws {
    let model = try make("lenet")
    let other = try make("lenet", ["seed": .number(3)])
    let wide = try Checkpoint(other.checkpointEntries()).entries
    let halves = wide.map { Checkpoint.Entry($0.name, $0.array.narrowed()) }
    let report = try model.load(Checkpoint(halves), from: "half")
    #expect(report.line.hasSuffix("made Float32 from bfloat16"))
    for (mine, theirs) in zip(model.weights, other.weights) {
      let cut = theirs.values.map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) }
      #expect(mine.values == cut)
    }
  }

  /// Files with thousands of rows of the places above cost no time.
  @Test func manyPlacesAreBounded() throws {
    let places = ["model", "net", "module", "ema", "params", "weights", "state_dict"]
    var names = [""]
    for _ in 0..<4 { names = names.flatMap { name in places.map { name + $0 + "." } } }
    let one = StoredArray([Float(1)], shape: [1])
    let file = Checkpoint(names.map { Checkpoint.Entry($0 + "w", one) })
    let failure = try #require(
      #expect(throws: Failure.self) { try make("lenet").load(file, from: "file") })
    #expect(failure.message.contains("0 matched"))
  }
}

extension StoredArray {
  /// The numbers cut to bfloat16.
  fileprivate func narrowed() -> StoredArray {
    let halves = floats().map { UInt16($0.bitPattern >> 16) }
    return StoredArray(
      type: .bfloat16, shape: shape,
      bytes: FileBytes(halves.withUnsafeBytes { [UInt8]($0) }, name: "half").all)
  }
}
