import Checkpoints
import Testing

@Suite("shards and folders")
struct ShardsTests {
  private func part(_ name: String, _ value: Float) -> Checkpoint {
    Checkpoint([.init(name, StoredArray([value], shape: [1]))])
  }

  @Test func shardsAreOneCheckpoint() throws {
    let folder = try TemporaryFolder()
    try part("a", 1).writeSafetensors(folder.file("model-1.safetensors"))
    try part("b", 2).writeSafetensors(folder.file("model-2.safetensors"))
    let index = folder.file("model.safetensors.index.json")
    try write(
      Array(
        #"{"metadata":{"total_size":8},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"#
          .utf8), to: index)
    for path in [index, folder.path, folder.path + "/"] {
      let read = try Checkpoint.read(path)
      #expect(read.names == ["a", "b"])
      #expect(read["b"]?.floats() == [2])
    }
    func refusal(_ map: String) throws -> String {
      try write(Array("{\"weight_map\":{\(map)}}".utf8), to: index)
      return reason { _ = try Checkpoint.read(index) }
    }
    #expect(try refusal("\"a\":\"../x\"").contains("no file beside it"))
    #expect(try refusal("\"a\":\"/etc/passwd\"").contains("no file beside it"))
    #expect(try refusal("\"a\":\"model.safetensors.index.json\"").contains("no file beside it"))
    #expect(try refusal("\"a\":\"none.safetensors\"") == "there is no such file")
    #expect(try refusal("\"c\":\"model-1.safetensors\"").contains("there is no 'c'"))
    #expect(
      try refusal("\"a\":\"model-1.safetensors\",\"a\":\"model-1.safetensors\"").contains("twice"))
    #expect(try refusal("").contains("no 'weight_map'"))
  }

  @Test func foldersHaveTheirWeights() throws {
    let folder = try TemporaryFolder()
    #expect(reason { _ = try Checkpoint.read(folder.path) } == "is a folder, not a file")
    try part("w", 3).writeSafetensors(folder.file("model.safetensors"))
    #expect(try Checkpoint.read(folder.path)["w"]?.floats() == [3])
  }

  @Test func noiseIsRefusedWithoutACrash() throws {
    let good = Array(
      #"{"metadata":{"total_size":8,"a":[1,-2.5e3,true,null,"\u00e9"]},"weight_map":{"a":"x.bin"}}"#
        .utf8)
    let refused = fuzz(good, seed: 21) { file in
      _ = try JSONValue.read(file)
      _ = try CheckpointFormat.shards.read(file)
    }
    #expect(refused > 500)
  }

  @Test func valuesAreRead() throws {
    let text = #"{"a":[1,-2.5e3,true,null,"\u00e9"],"b":{},"a":2}"#
    let json = try JSONValue.read(FileBytes(Array(text.utf8), name: "a.json"))
    #expect(json["a"] == .array([.number(1), .number(-2500), .bool(true), .null, .string("é")]))
    #expect(json["b"]?.members?.isEmpty == true && json["c"] == nil)
    #expect(json["a"]?.elements?.first?.whole == 1 && json["a"]?.elements?[1].whole == -2500)
    for wrong in ["", "[1", "nul", "{\"a\"}", "1 2", "[1,]", "\"\\x\"", "--1"] {
      #expect(
        reason { _ = try JSONValue.read(FileBytes(Array(wrong.utf8), name: "a.json")) } != "",
        "\(wrong)")
    }
  }
}
