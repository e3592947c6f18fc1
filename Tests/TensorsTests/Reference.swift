import Foundation

/// Elementary functions in double precision, apart from the tensors' methods of the same names.
enum Reference {
  static func exp(_ x: Double) -> Double { Foundation.exp(x) }
  static func log(_ x: Double) -> Double { Foundation.log(x) }
  static func tanh(_ x: Double) -> Double { Foundation.tanh(x) }
  static func erf(_ x: Double) -> Double { Foundation.erf(x) }
}
