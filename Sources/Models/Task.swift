/// What a network says of an image.
public enum Task: String, Sendable, CaseIterable {
  /// One row of logits an image: N K.
  case classification
  /// One row of logits a pixel: N H W K, at the image's height and width.
  case segmentation
}
