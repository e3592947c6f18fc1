import Glibc
import Tensors

/// Makes sure of OpenBLAS before anything is computed.
enum SoundBLAS {
  private static let variable = "OPENBLAS_CORETYPE"

  /// Where OpenBLAS computes wrong numbers on this processor, starts the program again with kernels
  /// that every processor of the last ten years has, and says so. OpenBLAS reads its choice once,
  /// while it is loaded, so there is no other way.
  static func ensure() {
    guard !BLAS.isSound else { return }
    guard getenv(variable) == nil, let path = realpath("/proc/self/exe", nil) else {
      Complaint.write(
        "OpenBLAS (\(BLAS.core)) computes wrong products here; using the built-in kernels\n")
      return
    }
    Complaint.write(
      "OpenBLAS (\(BLAS.core)) computes wrong products here; starting again with "
        + "\(variable)=Haswell\n")
    setenv(variable, "Haswell", 1)
    execv(path, CommandLine.unsafeArgv)
    Complaint.write("could not start again; using the built-in kernels\n")
  }
}
