import Catalog
import Plots
import Tensors

/// A model's logits of some samples: the language's value of kind "predictions".
struct Predictions: Object, Answer {
  static let kind = "predictions"

  let model: String
  /// What they were made of: `digits.test`, a file.
  let origin: String
  /// N × K.
  let logits: Tensor
  /// What each sample is called.
  let names: [String]
  /// The true classes, where they are known.
  let labels: [Int32]?
  let classNames: [String]
  /// The file they were written to.
  var path: String?
  var notes: [String] = []

  private var count: Int { logits.shape[0] }
  private var classes: Int { logits.shape[1] }

  var line: String {
    "\(model) on \(origin): \(count) × \(classes) logits" + (path.map { " in '\($0)'" } ?? "")
  }

  private static let shown = 10

  func display(_ style: Style) -> Display {
    if path != nil { return Display(([line] + notes).joined(separator: "\n")) }
    let rows = (0..<min(count, Predictions.shown)).map { index -> [Table.Cell] in
      let shares = probabilities(row(index))
      let best = largest(1, of: shares)[0]
      return [
        .text(names[index]), .text(name(best)), .number(shares[best]),
        .number(Double(row(index)[best])), labels.map { .text(name(Int($0[index]))) } ?? .missing,
      ]
    }
    let hidden = count > rows.count ? ["\(count - rows.count) more; to= writes all logits"] : []
    return Table(
      line,
      columns: [
        .init("sample"), .init("class"), .init("probability", format: .percent(1)),
        .init("logit"), .init("label"),
      ], rows: rows, notes: hidden + notes
    ).display(style)
  }

  private func name(_ label: Int) -> String {
    classNames.indices.contains(label) ? firstName(classNames[label]) : String(label)
  }

  private func row(_ index: Int) -> [Float] {
    logits.read { Array(UnsafeBufferPointer(start: $0 + index * classes, count: classes)) }
  }

  var memberNames: [String] {
    ["count", "classes", "logits", "predicted", "names"] + (labels == nil ? [] : ["labels"])
  }

  func member(_ name: String) -> Value? {
    switch name {
    case "count": count.value
    case "classes": classes.value
    case "logits": (0..<count).map { row($0).map { Double($0) } }.value
    case "predicted": (try? logits.argmax().values.map { Int($0) })?.value
    case "names": names.value
    case "labels": labels?.map { Int($0) }.value
    default: nil
    }
  }

  var elementCount: Int? { count }
  func element(_ index: Int) -> Value { row(index).map { Double($0) }.value }
}
