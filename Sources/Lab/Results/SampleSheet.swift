import Catalog
import Datasets
import Foundation
import Models
import Plots
import Tensors
import Training

/// Samples with what student and teacher take them for: the language's value of kind "samples".
///
/// Pictures with captions; `table` has the same as rows.
struct SampleSheet: Object, Answer {
  static let kind = "samples"

  /// One model's likeliest classes of one sample.
  typealias Ranks = [(label: Int, probability: Double)]

  /// One sample.
  struct Item {
    var index: Int
    var label: Int
    var picture: Plots.Picture?
    /// By model, in the order of `roles`.
    var ranks: [Ranks]
    /// What it was chosen by.
    var score: Double
  }

  let title: String
  let split: Split
  /// "student", "teacher".
  let roles: [String]
  /// What `score` is: "loss".
  let scoreName: String
  let items: [Item]
  /// How many were found; more than are shown.
  let count: Int
  var notes: [String] = []

  var line: String { "\(title): \(items.count) of \(grouped(count)) samples" }

  func display(_ style: Style) -> Display {
    guard !items.isEmpty else {
      return Display(([title + ": none"] + notes).joined(separator: "\n"))
    }
    guard let plot = plot?.display(style) else { return table.display(style) }
    return Display(([plot.plain] + notes).joined(separator: "\n"), forms: plot.forms)
  }

  /// The pictures with captions; nil where the samples are no pictures.
  private var plot: Plot? {
    let pictures = items.compactMap(\.picture)
    guard pictures.count == items.count, !items.isEmpty else { return nil }
    let grid = ImageGrid(pictures, captions: items.map(caption), captionWidth: 22)
    return Plot(title, panel: Panel(images: grid))
  }

  /// Place, label, and the three likeliest classes of each model in two lines.
  private func caption(_ item: Item) -> String {
    var lines = ["\(split.name)[\(item.index)]", "label \(name(item.label))"]
    for (role, ranks) in zip(roles, item.ranks) {
      let texts = ranks.map { rank in
        "\(name(rank.label)) \(NumberFormat.percent(0).text(rank.probability))"
      }
      lines.append(role + " " + (texts.first ?? ""))
      if texts.count > 1 { lines.append(texts.dropFirst().joined(separator: ", ")) }
    }
    return lines.joined(separator: "\n")
  }

  private func name(_ label: Int) -> String {
    label < split.classes ? firstName(split.className(label)) : String(label)
  }

  /// A row a sample.
  var table: Table {
    Table(
      title,
      columns: [.init("sample", isKept: true), .init("label")]
        + roles.flatMap { role -> [Table.Column] in
          [.init(role), .init("\(role) p", format: .percent(1)), .init("\(role) next")]
        } + [.init(scoreName)],
      rows: items.map { item in
        [.text("\(split.name)[\(item.index)]"), .text(name(item.label))]
          + item.ranks.flatMap { ranks -> [Table.Cell] in
            let next = ranks.dropFirst().map { rank in
              "\(name(rank.label)) \(NumberFormat.percent(0).text(rank.probability))"
            }
            return [
              ranks.first.map { .text(name($0.label)) } ?? .missing,
              ranks.first.map { .number($0.probability) } ?? .missing,
              .text(next.joined(separator: ", ")),
            ]
          } + [.number(item.score)]
      }, notes: notes)
  }

  var memberNames: [String] { ["count", "indices", "labels", "scores", "table", "plot"] + roles }

  /// A role's name gives the classes that it took the samples for.
  func member(_ name: String) -> Value? {
    switch name {
    case "count": return count.value
    case "indices": return items.map(\.index).value
    case "labels": return items.map { self.name($0.label) }.value
    case "scores": return items.map(\.score).value
    case "table": return .object(table)
    case "plot": return plot.map { .object($0) } ?? Value.none
    default:
      guard let role = roles.firstIndex(of: name) else { return nil }
      return items.map { item in
        item.ranks[role].first.map { self.name($0.label) } ?? ""
      }.value
    }
  }

  var elementCount: Int? { items.count }

  /// The samples themselves, to look at one by one.
  func element(_ index: Int) throws -> Value { try split.element(items[index].index) }
}

extension Session {
  /// A sheet of the samples with the largest scores; of equals the first.
  ///
  /// - Parameters:
  ///   - roles: Models whose classes are shown, with what they are called.
  ///   - scores: By sample, of those that are meant at all.
  func sheet(
    _ title: String, of subject: ResultSubject, roles: [(name: String, model: Model)],
    scores: [(index: Int, score: Double)], called scoreName: String, top: Int
  ) throws -> SampleSheet {
    let order = scores.sorted { $0.score != $1.score ? $0.score > $1.score : $0.index < $1.index }
    let split = subject.part.split
    var items: [SampleSheet.Item] = []
    for low in stride(from: 0, to: min(top, order.count), by: 64) {
      try check()
      let chosen = order[low..<min(top, order.count, low + 64)]
      let images = try split.batch(chosen.map(\.index)).images
      let logits = try roles.map { try planned($0.model, on: subject.part.data)(images) }
      for (row, entry) in chosen.enumerated() {
        items.append(
          SampleSheet.Item(
            index: entry.index, label: Int(split.labels[entry.index]),
            picture: try split.image(entry.index).drawn, ranks: logits.map { ranks(of: row, $0) },
            score: entry.score))
      }
    }
    return SampleSheet(
      title: title, split: split, roles: roles.map(\.name), scoreName: scoreName, items: items,
      count: order.count)
  }

  private func ranks(of row: Int, _ logits: Tensor) -> SampleSheet.Ranks {
    let classes = logits.shape[1]
    let shares = logits.read {
      probabilities(UnsafeBufferPointer(start: $0 + row * classes, count: classes))
    }
    return largest(min(3, classes), of: shares).map { ($0, shares[$0]) }
  }
}

extension Datasets.Image {
  /// The picture on a scale of pixels: colours, or the first channel as grey; numbers that are no
  /// pixels are stretched. A terminal draws a pixel as a dot, so pictures of few pixels are doubled.
  var drawn: Plots.Picture? {
    let shown = channels >= 3 ? 3 : 1
    let factor = max(height, width) <= 12 ? 2 : 1
    let values = (0..<height * factor).flatMap { y in
      (0..<width * factor).flatMap { x in
        (0..<shown).map { self.values[(y / factor * width + x / factor) * channels + $0] }
      }
    }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let isPixels = low > -1e-3 && high < 1.001
    return Plots.Picture(
      width: width * factor, height: height * factor, channels: shown, values: values,
      lower: isPixels ? 0 : low, upper: isPixels ? 1 : high)
  }
}
