import Foundation
import Tensors

/// ln(e^x − 1): softplus of it is x.
func inverseSoftplus(_ x: Double) -> Double { x > 30 ? x : log(expm1(x)) }

func binaryLogarithm(_ x: Double) -> Double { log2(x) }

func logarithm(_ x: Double) -> Double { log(x) }

/// The sum of a loss's parts over the pairs of features; 0 of none.
func total(_ values: [Tensor]) throws -> Tensor {
  try values.dropFirst().reduce(values.first ?? Tensor(0)) { try $0 + $1 }
}
