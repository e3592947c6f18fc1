import Catalog
import Layers
import Models
import Tensors

let modelNames = modelRegistry.declarations.map(\.name)

/// Whom calls are made for in these tests: nobody in particular.
final class NoSession: CallContext {}

/// A network of the catalogue with five classes, and weights and running statistics that no norm
/// leaves as they are.
func smallModel(_ name: String) throws -> Model {
  guard let declaration = modelRegistry.declarations.first(where: { $0.name == name }) else {
    throw Failure(.name, "there is no model '\(name)'")
  }
  let model = try Model.read(
    try declaration.call([GivenArgument(.number(5), name: "classes")], NoSession()))
  stir(model.network)
  return model
}

/// Draws what starts constant: running statistics, and scales that start as zeros or ones.
func stir(_ network: Module) {
  for (key, entry) in network.state {
    let stream = Random.stream(key)
    switch entry {
    case .buffer(let buffer) where !buffer.isCounter && key.hasSuffix("running_var"):
      buffer.value = Random.uniform(buffer.value.shape, in: 0.5..<1.5, seed: 7, stream: stream)
    case .buffer(let buffer) where key.hasSuffix("running_mean"):
      buffer.value = Random.normal(
        buffer.value.shape, deviation: 0.1, seed: 7, stream: stream)
    case .parameter(let parameter) where parameter.shape.count == 1 && key.hasSuffix("weight"):
      parameter.value = Random.uniform(parameter.shape, in: 0.5..<1, seed: 7, stream: stream)
    case .parameter(let parameter) where parameter.shape.count == 1:
      parameter.value = Random.normal(parameter.shape, deviation: 0.1, seed: 7, stream: stream)
    default: break
    }
  }
}

/// Images of a size that the network takes: small ones, or else its own.
func testImages(_ model: Model, batch: Int) -> Tensor {
  func images(_ size: Int, _ batch: Int) -> Tensor {
    Random.normal([batch, size, size, model.channels], seed: 3, stream: Random.stream("images"))
  }
  guard model.size >= 224 else { return images(model.size, batch) }
  for size in [33, 64] where (try? model(images(size, 1), .evaluation)) != nil {
    return images(size, batch)
  }
  return images(model.size, batch)
}

func largest(_ tensor: Tensor) -> Float { tensor.values.reduce(0) { max($0, abs($1)) } }

func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
  zip(a.values, b.values).reduce(0) { worst, pair in
    let own = abs(pair.0 - pair.1)
    return own.isNaN ? .infinity : max(worst, own)
  }
}
