import Catalog
import Graphs
import Layers
import Models
import Tensors
import Testing

@Suite struct FrozenNetworkTests {
  @Test(arguments: ["resnet18", "resnet8x4", "mobilenetv3_small_100", "regnety_002", "wrn_16_2"])
  func anyNumberOfThreadsGivesTheSameBits(name: String) throws {
    let model = try smallModel(name)
    let frozen = FrozenNetwork(model.network)
    let images = testImages(model, batch: 5)
    let pool = ThreadPool.shared
    let before = pool.threadCount
    defer { pool.threadCount = before }
    pool.threadCount = 1
    let alone = try frozen(images).values
    for threads in [2, 3] {
      pool.threadCount = threads
      #expect(try frozen(images).values == alone)
      // Planned anew, too.
      #expect(try FrozenNetwork(model.network)(images).values == alone)
    }
  }

  @Test(arguments: ["resnet8x4", "wrn_16_2", "resnet18"])
  func featuresAreThoseOfTheModules(name: String) throws {
    let model = try smallModel(name)
    let paths = model.network.stages.flatMap { [$0.path] + ($0.preactivation.map { [$0] } ?? []) }
    #expect(paths.count > 3)
    let frozen = FrozenNetwork(model.network, features: paths)
    let images = testImages(model, batch: 2)
    let context = Context(features: Set(paths))
    let plain = try model(images, context)
    let result = try frozen.run(images)
    #expect(frozen.obstacle == nil)
    #expect(largestDifference(result.output, plain) <= 1e-5 * largest(plain))
    #expect(Set(result.features.keys) == Set(paths))
    for path in paths {
      let expected = try #require(context.features[path])
      let found = try #require(result.features[path])
      #expect(found.shape == expected.shape)
      #expect(largestDifference(found, expected) <= 1e-5 * largest(expected), "\(path)")
    }
  }

  @Test func unknownFeaturesAreNamed() throws {
    let model = try smallModel("resnet8x4")
    let frozen = FrozenNetwork(model.network, features: ["layer9"])
    let error = #expect(throws: Failure.self) { try frozen(testImages(model, batch: 1)) }
    #expect(error?.kind == .name && error?.message.contains("'layer9'") == true)
  }

  @Test func changedWeightsArePlannedAnew() throws {
    let model = try smallModel("resnet8x4")
    let frozen = FrozenNetwork(model.network)
    let images = testImages(model, batch: 2)
    let before = try frozen(images)
    #expect(frozen.isCurrent)
    let parameter = model.network.parameters[0].parameter
    let old = parameter.value
    parameter.value.mutate { $0[0] += 1 }
    #expect(!frozen.isCurrent)
    let after = try frozen(images)
    #expect(after.values != before.values)
    let plain = try model(images, .evaluation)
    #expect(largestDifference(after, plain) <= 1e-5 * largest(plain))
    // Running statistics count as weights; the old weights give the old bits.
    for case (let key, .buffer(let buffer)) in model.network.state where key.hasSuffix("mean") {
      buffer.value.mutate { $0[0] += 1 }
      #expect(!frozen.isCurrent)
      _ = try frozen(images)
      buffer.value.mutate { $0[0] -= 1 }
      break
    }
    parameter.value = old
    #expect(try frozen(images).shape == before.shape)
    #expect(largestDifference(try frozen(images), before) <= 1e-6 * largest(before))
  }

  @Test func exactArithmeticRunsPlainly() throws {
    let model = try smallModel("resnet8x4")
    let frozen = FrozenNetwork(model.network)
    let images = testImages(model, batch: 2)
    let (own, plain) = try ConvolutionArithmetic.exactly {
      (try frozen(images), try model(images, .evaluation))
    }
    #expect(own.values == plain.values)
  }

  @Test func everySizeOfImageHasItsPlans() throws {
    let model = try smallModel("resnet8x4")
    let frozen = FrozenNetwork(model.network)
    for size in [16, 32, 16, 24] {
      for batch in [1, 2, 3, 4, 5, 6] {
        let images = Random.normal([batch, size, size, 3], seed: 1, stream: UInt64(size))
        let plain = try model(images, .evaluation)
        #expect(largestDifference(try frozen(images), plain) <= 1e-5 * largest(plain))
      }
    }
  }

  @Test func wrongShapesAreTold() throws {
    let model = try smallModel("resnet8x4")
    let frozen = FrozenNetwork(model.network)
    let error = #expect(throws: ShapeError.self) {
      try frozen(Tensor(zeros: [1, 32, 32, 4]))
    }
    #expect(error?.path == "conv1")
    #expect(throws: ShapeError.self) { try frozen(Tensor(zeros: [3])) }
  }

  /// A network that looks at its numbers: no operation tells what it does.
  final class Looking: Module {
    let head = Linear(4, 3)

    override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
      try head(x, context) * (x.values.reduce(0, +))
    }
  }

  /// A network with an operation that is only there for training.
  final class Losing: Module {
    let head = Linear(4, 3)

    override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
      let labels = Labels([Int32](repeating: 0, count: x.shape[0]))
      return try crossEntropyByRow(head(x, context), labels).reshaped([x.shape[0], 1])
    }
  }

  @Test(arguments: [true, false])
  func whatCannotBePlannedRunsPlainly(looks: Bool) throws {
    let network: Module = looks ? Looking() : Losing()
    network.name()
    network.initialize(seed: 3)
    let frozen = FrozenNetwork(network)
    let x = Random.normal([5, 4], seed: 1, stream: 1)
    #expect(try frozen(x).values == network(x, .evaluation).values)
    let obstacle = try #require(frozen.obstacle)
    #expect(looks || obstacle.message.contains("'crossEntropy'"), "\(obstacle.message)")
    #expect(throws: Failure.self) { try frozen.plannedGraph(image: [4]) }
  }
}
