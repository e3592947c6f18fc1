import Catalog
import Language

/// A session of the tests: an evaluator over a few declarations, with what it showed and printed.
final class Sitting: OutputContext {
  private(set) var shown: [String] = []
  private(set) var lasts: [Bool] = []
  private(set) var printed = ""
  private(set) var warned = ""
  private(set) var calls = 0
  lazy var evaluator: Evaluator = Evaluator(library: sampleLibrary, context: self)

  func write(_ text: String, toError: Bool) {
    if toError { warned += text } else { printed += text }
  }

  func count() { calls += 1 }

  /// Executes a text; returns what it showed.
  @discardableResult
  func run(_ code: String, origin: String = "<input>") throws(Diagnostic) -> [String] {
    let before = shown.count
    try evaluator.run(
      SourceText(code, origin: origin),
      show: { value, isLast in
        shown.append(value.display(Style()).plain)
        lasts.append(isLast)
      })
    return Array(shown[before...])
  }

  /// The text of the error that a text gives, or what it showed if it gives none.
  func failure(_ code: String, origin: String = "<input>", width: Int = 80) -> String {
    do throws(Diagnostic) {
      return "no error; shows " + (try run(code, origin: origin)).joined(separator: " | ")
    } catch {
      return error.lines(width: width).joined(separator: "\n")
    }
  }

  func names(_ code: String) -> [String] {
    evaluator.complete(code, at: code.unicodeScalars.count).candidates.map(\.text)
  }
}

/// What a fresh session shows for a text.
func shows(_ code: String) throws -> String {
  let sitting = Sitting()
  return try sitting.run(code).joined(separator: " | ")
}

/// The error text that a fresh session gives for a text.
func fails(_ code: String) -> String { Sitting().failure(code) }
