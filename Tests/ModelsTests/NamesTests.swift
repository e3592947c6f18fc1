import Catalog
import Images
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// What timm says of its networks at their usual size and with 1000 classes.
private struct NameGolden: Decodable {
  var parameters: Int
  var state: String
  var size: Int
  var crop: Double
  var interpolation: String
  var mean: [Double]
  var std: [Double]
}

/// Every name that is also timm's: the whole of its keys and shapes, and what it wants of a
/// photograph.
@Suite struct NamesTests {
  private static let goldens = Result {
    try golden("model_names.json", as: [String: NameGolden].self)
  }
  private static let names = ((try? goldens.get()) ?? [:]).keys.sorted()
  /// Families without a counterpart in timm, or whose names mean other networks there.
  private static let others: Set<String> = [
    "Multilayer perceptron", "LeNet", "CIFAR ResNet", "CIFAR wide ResNet", "CIFAR VGG",
    "CIFAR MobileNetV2", "CIFAR ShuffleNet", "Once-for-all",
    "PSPNet",
  ]

  @Test func everyNameIsChecked() throws {
    let own = modelRegistry.sections.filter { !Self.others.contains($0.title) }
    let names = own.flatMap(\.declarations).map(\.name)
    #expect(names.count > 30)
    #expect(Set(names) == Set(Self.names))
  }

  @Test(arguments: names)
  func keysShapesAndCountsAreThoseOfTimm(_ name: String) throws {
    let golden = try #require(try Self.goldens.get()[name])
    let model = try make(name)
    #expect(model.parameterCount == golden.parameters)
    let lines = model.network.state.map { key, entry in
      let shape =
        switch entry {
        case .parameter(let parameter): parameter.layout.checkpointShape(parameter.shape)
        case .buffer(let buffer): buffer.isCounter ? [] : buffer.value.shape
        }
      return "\(key) \(shape)\n"
    }
    let print = String(Formula.fingerprint(lines.joined()), radix: 16)
    #expect(String(repeating: "0", count: 16 - print.count) + print == golden.state)
  }

  @Test(arguments: names)
  func photographsAreTreatedAsTimmTreatsThem(_ name: String) throws {
    let golden = try #require(try Self.goldens.get()[name])
    let wanted = try make(name).preprocessing
    #expect(wanted.size == golden.size)
    #expect(disagreement(Double(wanted.crop), golden.crop, relative: 1e-6) == nil)
    #expect(wanted.interpolation.rawValue == golden.interpolation)
    let (mean, std) = (wanted.normalisation.mean, wanted.normalisation.std)
    #expect(disagreement(mean.map { Double($0) }, golden.mean, relative: 1e-6) == nil)
    #expect(disagreement(std.map { Double($0) }, golden.std, relative: 1e-6) == nil)
  }
}
