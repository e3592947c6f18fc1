public import Catalog

/// How pixels between pixels are found when a picture changes its size.
public enum Interpolation: String, Sendable, CaseIterable, Choice {
  case nearest, bilinear, bicubic
}
