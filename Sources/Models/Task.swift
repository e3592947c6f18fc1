import Catalog

/// What a network says of an image.
public enum Task: String, Sendable, CaseIterable {
  /// One row of logits an image: N K.
  case classification
  /// One row of logits a pixel: N H W K, at the image's height and width.
  case segmentation
}

extension Model {
  /// Throws where its logits are not of the kind that a command is about.
  public func require(_ wanted: Task, for command: String) throws {
    guard task != wanted else { return }
    throw Failure(
      .shape,
      wanted == .classification
        ? "\(command) needs a class for each image, \(name) says one for each pixel"
        : "\(command) needs a class for each pixel, \(name) says one for each image",
      advice: wanted == .classification ? "overlay draws the classes of pixels" : nil)
  }
}
