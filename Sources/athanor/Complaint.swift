import Catalog
import Glibc
import Terminal

/// An error of the program itself, outside any session, as it is printed.
struct Complaint {
  private let failure: Failure

  init(_ failure: Failure) { self.failure = failure }

  func show() {
    let isColored = ColorChoice.auto.isOn(environment: .process, isTerminal: isatty(2) == 1)
    let word = isColored ? "\u{1B}[31merror:\u{1B}[0m" : "error:"
    let advice = failure.advice.map { "\n  \($0)" } ?? ""
    Complaint.write("\(word) \(failure.message)\(advice)\n")
  }

  /// Writes to standard error.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
