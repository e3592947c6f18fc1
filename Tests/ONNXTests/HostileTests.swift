import Catalog
import Checkpoints
import Foundation
import Layers
import Tensors
import Testing

@testable import ONNX

/// Files that were damaged, or made to do harm: an error, and never a crash or a long wait.
@Suite("hostile ONNX files")
struct HostileTests {
  /// A small generator with the same numbers every time.
  struct Dice {
    var state: UInt64

    mutating func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(1, limit)))
    }
  }

  /// Reads bytes as a model and runs it once, as `onnx` does; true where that works.
  @discardableResult
  static func survives(_ read: () throws -> OnnxFile) -> Bool {
    do {
      let file = try read()
      try file.checkOperators()
      _ = try OnnxNetwork(file)(Tensor(zeros: [1, 32, 32, 3]), .evaluation)
      return true
    } catch {
      return false
    }
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: ImportTests.folder.appending(path: name + ".onnx")))
  }

  /// One to four bytes changed, a part cut off, doubled, or taken from elsewhere in the file.
  static func damaged(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
    var bytes = bytes
    switch dice.next(8) {
    case 0: return Array(bytes.prefix(dice.next(bytes.count)))
    case 1:
      let start = dice.next(bytes.count)
      bytes.removeSubrange(start..<min(bytes.count, start + 1 + dice.next(64)))
    case 2:
      let start = dice.next(bytes.count)
      let part = bytes[start..<min(bytes.count, start + 1 + dice.next(64))]
      bytes.insert(contentsOf: part, at: dice.next(bytes.count))
    default:
      for _ in 0...dice.next(4) {
        let kinds = [0, 1, 127, 128, 255, dice.next(256)]
        bytes[dice.next(bytes.count)] = UInt8(kinds[dice.next(kinds.count)])
      }
    }
    return bytes
  }

  @Test("thousands of damaged files", arguments: ["resizing_18", "pieces_17", "shufflenet_17"])
  func damage(_ name: String) throws {
    let whole = try Self.bytes(name)
    var dice = Dice(state: UInt64(whole.count))
    var good = 0
    let tries = name == "shufflenet_17" ? 150 : 700
    for _ in 0..<tries {
      let bytes = FileBytes(Self.damaged(whole, &dice), name: "damaged.onnx")
      if Self.survives({ try OnnxFile(bytes, folder: "") }) { good += 1 }
    }
    #expect(good < tries)
  }

  @Test("files whose numbers are changed where the graph is described")
  func structure() throws {
    for name in ["resizing_18", "pieces_17"] {
      let model = try OnnxFile.parsed(FileBytes(try Self.bytes(name), name: name))
      var dice = Dice(state: 5)
      for _ in 0..<700 {
        var changed = model
        Self.change(&changed.graph, &dice)
        Self.survives { try OnnxFile(changed, name: name, folder: "") }
      }
    }
  }

  private static let numbers = [
    0, 1, -1, 2, 3, 7, 255, 65_536, 1 << 20, 1 << 31, 1 << 40, 1 << 62, .max, .min, .min + 1,
  ]

  /// An attribute, a shape, a whole number or a name becomes another.
  static func change(_ graph: inout OnnxGraphProto, _ dice: inout Dice) {
    func number() -> Int64 { Int64(numbers[dice.next(numbers.count)]) }
    let node = dice.next(graph.node.count)
    let array = dice.next(graph.initializer.count)
    switch dice.next(5) {
    case 0 where !graph.node[node].attribute.isEmpty:
      let place = dice.next(graph.node[node].attribute.count)
      graph.node[node].attribute[place].i = number()
      for index in graph.node[node].attribute[place].ints.indices where dice.next(2) == 0 {
        graph.node[node].attribute[place].ints[index] = number()
      }
    case 1 where !graph.initializer.isEmpty:
      for index in graph.initializer[array].dims.indices where dice.next(2) == 0 {
        graph.initializer[array].dims[index] = number()
      }
    case 2 where !graph.initializer.isEmpty:
      // A list of whole numbers is a shape, an index, a width: whatever its user makes of it.
      guard graph.initializer[array].dataType == 7 else { return }
      let count = graph.initializer[array].rawData.count / 8
      let values = (0..<count).map { _ in number() }
      graph.initializer[array].rawData = values.withUnsafeBytes { Data($0) }
    case 3:
      let other = dice.next(graph.node.count)
      graph.node[node].opType = graph.node[other].opType
    default:
      let names = graph.initializer.map(\.name) + graph.node.prefix(node).flatMap(\.output)
      guard !names.isEmpty, !graph.node[node].input.isEmpty else { return }
      let place = dice.next(graph.node[node].input.count)
      graph.node[node].input[place] = names[dice.next(names.count)]
    }
  }

  // MARK: Files made to do harm

  /// A graph from "input" [N, 3, 32, 32] to "logits".
  private static func graph(
    _ nodes: [(kind: String, inputs: [String], output: String)],
    shapes: [String: [Int]] = [:], edit: (inout OnnxModelProto) -> Void = { _ in }
  ) throws -> OnnxFile {
    var model = OnnxModelProto()
    var operators = OnnxOperatorSetIdProto()
    operators.version = 17
    model.opsetImport = [operators]
    var input = OnnxValueInfoProto()
    input.name = "input"
    var output = OnnxValueInfoProto()
    output.name = "logits"
    model.graph.input = [input]
    model.graph.output = [output]
    model.graph.node = nodes.map { kind, inputs, output in
      var node = OnnxNodeProto()
      node.opType = kind
      node.input = inputs
      node.output = [output]
      return node
    }
    model.graph.initializer = shapes.sorted { $0.key < $1.key }.map { name, values in
      var array = OnnxTensorProto()
      array.name = name
      array.dims = [Int64(values.count)]
      array.dataType = Int32(OnnxTensorProto.DataType.int64.rawValue)
      array.int64Data = values.map { Int64($0) }
      return array
    }
    edit(&model)
    return try OnnxFile(model, name: "made.onnx", folder: "")
  }

  /// What is said of a file that must not run.
  private static func complaint(_ read: () throws -> OnnxFile) -> String {
    do {
      let file = try read()
      try file.checkOperators()
      _ = try OnnxNetwork(file)(Tensor(zeros: [1, 32, 32, 3]), .evaluation)
      return ""
    } catch let error as CheckpointError {
      return error.reason
    } catch {
      return "another error: \(error)"
    }
  }

  @Test("cycles and names that nothing makes are named")
  func names() {
    let cycle = Self.complaint {
      try Self.graph([
        ("Add", ["input", "b"], "a"), ("Relu", ["a"], "b"), ("Relu", ["b"], "logits"),
      ])
    }
    #expect(cycle.contains("'b'"))
    #expect(Self.complaint { try Self.graph([("Relu", ["gone"], "logits")]) }.contains("'gone'"))
    #expect(Self.complaint { try Self.graph([("Relu", ["input"], "a")]) }.contains("'logits'"))
    let twice = Self.complaint {
      try Self.graph([("Relu", ["input"], "logits"), ("Relu", ["input"], "logits")])
    }
    #expect(twice.contains("twice"))
  }

  @Test("operators that are not there are named, all at once")
  func operators() {
    let message = Self.complaint {
      try Self.graph([("NonZero", ["input"], "a"), ("LSTM", ["a"], "logits")])
    }
    #expect(message.contains("'NonZero'") && message.contains("'LSTM'") && message.contains("17"))
  }

  @Test(
    "sizes without end are refused before memory is taken",
    arguments: [
      [1 << 40], [1 << 62, 4], [.max, .max], [-5, 3], [1 << 20, 1 << 20], [0, .max, .max],
    ])
  func sizes(_ shape: [Int]) {
    for kind in ["ConstantOfShape", "Expand", "Reshape", "Tile"] {
      let inputs = kind == "ConstantOfShape" ? ["shape"] : ["input", "shape"]
      let message = Self.complaint {
        try Self.graph([(kind, inputs, "logits")], shapes: ["shape": shape])
      }
      #expect(message.contains(kind), "\(kind) \(shape): \(message)")
    }
    let array = Self.complaint {
      try Self.graph([("Add", ["input", "w"], "logits")], shapes: ["w": [1]]) { model in
        model.graph.initializer[0].dims = shape.map { Int64($0) }
      }
    }
    #expect(array.contains("'w'"))
  }

  @Test("what doubles at every node ends")
  func doubling() {
    var nodes = [(kind: "Concat", inputs: ["input", "input"], output: "x0")]
    for index in 0..<60 {
      nodes.append((kind: "Concat", inputs: ["x\(index)", "x\(index)"], output: "x\(index + 1)"))
    }
    nodes.append((kind: "Relu", inputs: ["x60"], output: "logits"))
    #expect(Self.complaint { try Self.graph(nodes) }.contains("cannot be made"))
    let outer = Self.complaint {
      try Self.graph(
        [
          ("Reshape", ["input", "column"], "a"), ("Reshape", ["input", "row"], "b"),
          ("Tile", ["a", "twice"], "c"), ("Tile", ["b", "many"], "d"),
          ("Mul", ["c", "d"], "logits"),
        ], shapes: ["column": [3072, 1], "row": [1, 3072], "twice": [4, 1], "many": [1, 4]])
    }
    #expect(outer.contains("cannot be made"))
  }

  @Test(
    "arrays outside the folder are not opened",
    arguments: ["/etc/passwd", "../secret", "a/../../b", "", "..", "gone.bin"])
  func outside(_ location: String) {
    let message = Self.complaint {
      try Self.graph([("Add", ["input", "w"], "logits")], shapes: ["w": [1]]) { model in
        var entry = OnnxStringStringEntryProto()
        entry.key = "location"
        entry.value = location
        model.graph.initializer[0].dataLocation = .external
        model.graph.initializer[0].externalData = [entry]
      }
    }
    #expect(!message.isEmpty)
    #expect(location == "gone.bin" || message.contains("outside the model's folder"))
  }
}
