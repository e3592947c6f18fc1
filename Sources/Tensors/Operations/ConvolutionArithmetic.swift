/// Whether convolutions may use fast transforms.
///
/// Winograd's algorithm multiplies 2 to 4 times less than the definition; its rounding error is
/// 2 to 5 times larger, about 1e-6 of the result. Checks against finite differences want the plain
/// sums.
public enum ConvolutionArithmetic {
  /// Whether every convolution is computed by its definition, on this thread or task.
  @TaskLocal public static var isExact = false

  /// Runs `body` with every convolution computed by its definition.
  public static func exactly<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $isExact.withValue(true) { try body() }
  }
}
