import Catalog
import Graphs
import Layers
import Models
import Tensors
import Testing

/// Every network of the catalogue, planned, gives what it gives plainly.
@Suite struct CatalogueTests {
  @Test(arguments: modelNames)
  func plannedIsPlain(name: String) throws {
    let model = try smallModel(name)
    let frozen = FrozenNetwork(model.network)
    for batch in [1, 3] {
      let images = testImages(model, batch: batch)
      let plain = try model(images, .evaluation)
      let planned = try frozen(images)
      #expect(planned.shape == plain.shape)
      let difference = largestDifference(planned, plain)
      #expect(difference <= 1e-5 * largest(plain), "\(name), batch \(batch): \(difference)")
    }
    #expect(frozen.obstacle == nil)
    #expect(frozen.foldingDifference < 1e-5)
  }
}
