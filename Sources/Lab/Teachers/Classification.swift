import Catalog
import Foundation
import Images
import Models
import Plots

/// What a model takes pictures for: the language's value of kind "classification".
struct Classification: Object, Answer {
  static let kind = "classification"

  /// One picture with its most likely classes.
  struct Item {
    var name: String
    var picture: Plots.Picture?
    /// Most likely first.
    var ranks: [(label: Int, name: String, probability: Double)]
  }

  let model: String
  var items: [Item]
  var notes: [String]

  /// More pictures than this become a table.
  private static let mostDrawn = 6

  var line: String {
    let parts = items.prefix(4).map { item in
      "\(item.name): " + (item.ranks.first.map { "\($0.name) \(percent($0.probability))" } ?? "?")
    }
    return parts.joined(separator: ", ") + (items.count > 4 ? ", …" : "")
  }

  func display(_ style: Style) -> Display {
    items.count <= Classification.mostDrawn ? drawn(style) : table.display(style)
  }

  private func drawn(_ style: Style) -> Display {
    let panels = items.flatMap { item in
      let bars = Panel(
        item.name, y: Axis(range: 0...1),
        bars: Bars(
          item.ranks.map { (name: $0.name, value: $0.probability) }, format: .percent(1)))
      guard let picture = item.picture else { return [bars] }
      return [Panel(images: ImageGrid([picture])), bars]
    }
    let hasPictures = items.contains { $0.picture != nil }
    let plot = Plot(panels: panels, columns: hasPictures ? 2 : 1).display(style)
    return Display(([plot.plain] + notes).joined(separator: "\n"), forms: plot.forms)
  }

  /// A row a picture.
  var table: Table {
    Table(
      model,
      columns: [
        .init("picture"), .init("class"), .init("probability", format: .percent(1)),
        .init("second"), .init("p2", format: .percent(1)),
      ],
      rows: items.map { item in
        [.text(item.name)]
          + item.ranks.prefix(2).flatMap { rank -> [Table.Cell] in
            [.text(rank.name), .number(rank.probability)]
          }
      }, notes: notes)
  }

  var memberNames: [String] { ["labels", "names", "probabilities", "table"] }

  /// Of one picture: its classes from the most likely on; of several: the most likely of each.
  func member(_ name: String) -> Value? {
    let ranks = items.count == 1 ? items[0].ranks : items.compactMap(\.ranks.first)
    switch name {
    case "labels": return ranks.map(\.label).value
    case "names": return ranks.map(\.name).value
    case "probabilities": return ranks.map(\.probability).value
    case "table": return .object(table)
    default: return nil
    }
  }

  var elementCount: Int? { items.count }

  func element(_ index: Int) -> Value {
    .object(Classification(model: model, items: [items[index]], notes: []))
  }
}

extension Raster {
  /// The picture for a plot, at most 256 pixels a side.
  var drawable: Plots.Picture? {
    let plain = converted(to: channels < 3 ? 1 : 3)
    let scale = min(1, 256 / Double(max(width, height)))
    let small = plain.resized(
      width: max(1, Int(Double(width) * scale)), height: max(1, Int(Double(height) * scale)),
      .bilinear)
    return Plots.Picture(
      width: small.width, height: small.height, channels: small.channels, pixels: small.pixels)
  }
}

/// The first of a class's names: "tench" of "tench, Tinca tinca".
func firstName(_ name: String) -> String {
  name.split(separator: ",").first.map { String($0) } ?? name
}

/// exp(x) / Σ exp(x), in double precision.
func probabilities(_ logits: some Collection<Float>, temperature: Double = 1) -> [Double] {
  let top = Double(logits.max() ?? 0)
  let powers = logits.map { exp((Double($0) - top) / temperature) }
  let total = powers.reduce(0, +)
  return powers.map { $0 / total }
}

/// Places of the largest numbers, the largest first; of equals the lower place.
func largest(_ count: Int, of numbers: [Double]) -> [Int] {
  let order = numbers.indices.sorted {
    numbers[$0] != numbers[$1] ? numbers[$0] > numbers[$1] : $0 < $1
  }
  return Array(order.prefix(count))
}
