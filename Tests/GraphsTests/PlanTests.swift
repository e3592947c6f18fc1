import Catalog
import Layers
import Models
import Tensors
import Testing

@testable import Graphs

@Suite struct PlanTests {
  @Test func blocksNeededTogetherDoNotMeet() {
    var seed: UInt64 = 1
    func next(_ limit: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % limit
    }
    for _ in 0..<50 {
      let blocks = (0..<40).map { _ in
        let first = next(60)
        return Lifetime(count: next(500), first: first, last: first + next(8))
      }
      let plan = MemoryPlan(blocks)
      for (i, a) in blocks.enumerated() where a.count > 0 {
        #expect(plan.places[i] % 16 == 0)
        #expect(plan.places[i] + a.count + 16 <= plan.count)
        for (j, b) in blocks.enumerated() where j > i && b.count > 0 && a.overlaps(b) {
          let apart =
            plan.places[i] + a.count + 16 <= plan.places[j]
            || plan.places[j] + b.count + 16 <= plan.places[i]
          #expect(apart)
        }
      }
      let needed = (0..<70).map { step in
        blocks.reduce(0) { $0 + ($1.first <= step && step <= $1.last ? $1.count : 0) }
      }
      // Within half again of what no plan can do without, and the lines in between.
      #expect(plan.count <= (needed.max() ?? 0) * 3 / 2 + 40 * 32)
    }
  }

  @Test func weightsArePackedOnceForAllBatches() throws {
    let model = try smallModel("resnet18")
    let graph = try PlannedGraph(try Graph(tracing: model.network, image: [64, 64, 3]))
    _ = graph.plan(batch: 2)
    let bytes = graph.packedBytes
    #expect(bytes > 0)
    for batch in [3, 8, 16, 64] { _ = graph.plan(batch: batch) }
    #expect(graph.packedBytes == bytes)
  }

  @Test func memoryIsThatOfTheBatch() throws {
    let model = try smallModel("resnet18")
    let graph = try PlannedGraph(try Graph(tracing: model.network, image: [64, 64, 3]))
    let (small, large) = (graph.plan(batch: 4).workingBytes, graph.plan(batch: 8).workingBytes)
    #expect(large < 3 * small && small < large)
    // The stem's result, that of the pooling and one more at a time are enough.
    #expect(large < 8 * 32 * 32 * 64 * 4 * 4)
    let plain = graph.graph.activationCount(batch: 8) * 4
    #expect(large < plain / 2)
  }

  @Test func residualNetworksAreNothingButProducts() throws {
    let model = try smallModel("resnet18")
    let graph = try Graph(tracing: model.network, image: [64, 64, 3]).optimised()
    let names = graph.operations.map(\.primitive.name)
    #expect(names.count { $0 == "convolution" } == 20)
    #expect(names.filter { $0 != "convolution" } == ["max pool", "mean", "linear"])
    #expect(graph.operations.count { $0.residual != nil } == 8)
    #expect(graph.operations.count { $0.activation == .relu } == 17)
  }

  @Test(arguments: ["resnet8x4", "mobilenetv2_100", "efficientnet_b0"])
  func noNormIsLeftBehindAConvolution(name: String) throws {
    let model = try smallModel(name)
    let size = model.size >= 224 ? 64 : 32
    let graph = try Graph(tracing: model.network, image: [size, size, 3]).optimised()
    #expect(!graph.operations.contains { $0.primitive.name == "batch norm" })
    #expect(!graph.operations.contains { $0.primitive == .scaleShift })
  }

  /// A plan that is run again gives the same bits: no place is read before it is written.
  @Test func runsDoNotSeeOneAnother() throws {
    let model = try smallModel("mobilenetv3_small_100")
    let frozen = FrozenNetwork(model.network)
    let images = Random.normal([3, 64, 64, 3], seed: 1, stream: 1)
    let first = try frozen(images).values
    let other = Tensor(repeating: .nan, [3, 64, 64, 3])
    #expect(try frozen(other).values.allSatisfy(\.isNaN))
    #expect(try frozen(images).values == first)
  }

  /// Other tests share the pool, so a run that nobody disturbed is waited for: a plan that asked the
  /// system for memory at every batch would never have one.
  @Test(arguments: ["resnet8x4", "mobilenetv3_small_100"])
  func noBatchAsksTheSystemForMemory(name: String) throws {
    let model = try smallModel(name)
    let frozen = FrozenNetwork(model.network)
    let images = Random.normal([2, 32, 32, 3], seed: 1, stream: 1)
    _ = try frozen(images)
    var undisturbed = false
    for _ in 0..<200 where !undisturbed {
      let before = MemoryUse.current.systemAllocations
      _ = try frozen(images)
      undisturbed = MemoryUse.current.systemAllocations == before
    }
    #expect(undisturbed)
  }

  @Test func onlyRareOperationsTakeMemoryOfTheirOwn() throws {
    let model = try smallModel("resnet18")
    let graph = try PlannedGraph(try Graph(tracing: model.network, image: [64, 64, 3]))
    #expect(graph.plan(batch: 2).plainOperations == ["max pool", "mean"])
  }

  @Test func otherBatchesAreRefused() throws {
    let model = try smallModel("resnet8x4")
    let graph = try Graph(tracing: model.network, image: [32, 32, 3])
    let plan = Plan(graph, batch: 2)
    #expect(throws: ShapeError.self) { try plan([Tensor(zeros: [3, 32, 32, 3])]) }
    #expect(throws: ShapeError.self) { try plan([Tensor(zeros: [2, 32, 31, 3])]) }
    #expect(throws: ShapeError.self) { try plan([]) }
    // A graph that no pass has touched can be planned as well as one that was optimised.
    let images = Random.normal([2, 32, 32, 3], seed: 1, stream: 1)
    let plain = try model(images, .evaluation)
    #expect(largestDifference(try plan([images])[0], plain) <= 1e-5 * largest(plain))
    #expect(largestDifference(try graph([images])[0], plain) <= 1e-5 * largest(plain))
  }
}
