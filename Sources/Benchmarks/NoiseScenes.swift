import Datasets
import Images
import Tensors

/// Pictures of noise with masks of squares: what a segmentation step is timed on.
struct NoiseScenes: SceneSource {
  let count: Int
  let size: Int
  let classes: Int
  private let scenes: [Scene]

  var height: Int { size }
  var width: Int { size }
  var channels: Int { 3 }

  init(count: Int, size: Int, classes: Int) {
    self.count = count
    self.size = size
    self.classes = classes
    scenes = (0..<count).map { index in
      let noise = Random.words(
        0..<size * size * 3, seed: 0, stream: Random.stream("bench", "scene", index))
      let labels = (0..<size * size).map { place in
        UInt8((place / size / 16 + place % size / 16 + index) % classes)
      }
      return Scene(
        Raster(
          width: size, height: size, channels: 3, pixels: noise.map { UInt8($0 & 255) }),
        mask: Mask(height: size, width: size, values: labels))
    }
  }

  func scene(_ index: Int) throws -> Scene { scenes[index] }
}
