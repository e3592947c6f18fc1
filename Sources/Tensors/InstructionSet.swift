import CKernels

/// The processor's instructions that the loops over numbers use: the best there are, unless a
/// narrower set is asked for to be measured or compared.
public enum InstructionSet: Int32, Sendable, CaseIterable {
  /// What every processor of the kind has.
  case baseline = 1
  /// 256-bit vectors with fused multiply-add.
  case avx2 = 2
  /// 512-bit vectors.
  case avx512 = 3

  public var name: String { "\(self)" }

  /// What is used now; setting one that the processor lacks gives the best below it.
  public static var current: InstructionSet {
    get { InstructionSet(rawValue: ak_isa_level()) ?? .baseline }
    set { ak_force_isa(newValue.rawValue) }
  }
}
