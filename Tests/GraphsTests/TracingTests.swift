import Catalog
import Graphs
import Layers
import Tensors
import Testing

@Suite struct TracingTests {
  /// A convolution, a norm, a ReLU and a dense layer, with a class token in between.
  final class Small: Module {
    let conv = Conv2d(3, 4, kernel: 3, padding: 1)
    let bn = BatchNorm2d(4)
    let head = Linear(4, 5)

    override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
      let y = try bn(conv(x, context), context, activation: .relu)
      let tokens = try y.reshaped([x.shape[0], -1, 4])
      let token = try Tensor(repeating: 1, [1, 1, 4]).expanded(to: [x.shape[0], 1, 4])
      return try head(Tensor.concatenated([token, tokens], along: 1).mean(axes: [1]), context)
    }
  }

  private func small() -> Small {
    let network = Small()
    network.name()
    network.initialize(seed: 1)
    return network
  }

  @Test func sizesGrowWithTheBatch() throws {
    let graph = try Graph(tracing: small(), image: [6, 5, 3])
    #expect(graph.shapes[graph.inputs[0].value].text == "[N, 6, 5, 3]")
    #expect(graph.shapes[graph.outputs[0].value].text == "[N, 5]")
    #expect(graph.shapes.contains { $0.text == "[N, 31, 4]" })
    #expect(graph.constants.values.contains { $0.key == "conv.weight" })
    #expect(
      graph.operations.map(\.primitive.name) == [
        "convolution", "batch norm", "relu", "reshape", "expand", "concatenate", "mean", "linear",
      ])
    #expect(graph.operations[1].path == "bn")
    #expect(graph.modules["bn"] == graph.operations[1].output)
  }

  @Test func sizesAreStraightLines() {
    #expect(Size(8, 12, batches: (2, 3)) == Size(perSample: 4, fixed: 0))
    #expect(Size(9, 12, batches: (2, 3)) == Size(perSample: 3, fixed: 3))
    #expect(Size(7, 7, batches: (2, 3)) == Size(7))
    #expect(Size(9, 7, batches: (2, 3)) == nil)
    #expect(Size(1, 2, batches: (2, 4)) == nil)
    #expect(Size(perSample: 49, fixed: 1)(3) == 148)
  }

  final class Strange: Module {
    override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
      try crossEntropyByRow(x, Labels([Int32](repeating: 0, count: x.shape[0])))
    }
  }

  @Test func whatCannotBeTracedIsNamed() throws {
    #expect {
      try Graph(tracing: Strange(), image: [4])
    } throws: { error in
      (error as? Failure)?.message.contains("'crossEntropy'") == true
    }
  }
}
