import Catalog
import Plots
import Training

/// What the terms of a goal do, as tables: the language's value of kind "probe".
struct ProbeReport: Object, Answer {
  static let kind = "probe"
  let run: String
  let probe: TermProbe

  var line: String {
    let shares = probe.terms.map { "\($0.name) \(NumberFormat.percent(1).text($0.share))" }
    return "\(run) before step \(probe.step): " + shares.joined(separator: ", ")
  }

  /// A row a term, with its cosine to every other.
  var table: Table {
    let isAlone = probe.terms.count == 1
    let batches = probe.batches == 1 ? "the next batch" : "the next \(probe.batches) batches"
    return Table(
      "\(run) before step \(probe.step), on \(batches)",
      columns: [
        .init("term", isKept: true), .init("weight"), .init("value"),
        .init("share", format: .percent(1)), .init("gradient"),
      ] + (isAlone ? [] : probe.terms.map { .init("cos \($0.name)", format: .fixed(3)) }),
      rows: probe.terms.map { term in
        let cosines = term.cosines.map { $0.map { Table.Cell.number($0) } ?? .missing }
        return [
          .text(term.name), .number(term.weight), .number(term.value), .number(term.share),
          .number(term.norm),
        ] + (isAlone ? [] : cosines)
      },
      footer: [
        .text("total"), .missing, .number(probe.loss), .missing, .number(probe.norm),
      ],
      notes: notes)
  }

  /// What the figures say in words.
  private var notes: [String] {
    var result = [
      "share: of the weighted values; gradient: norm of the weighted gradient; total: weighted sum"
    ]
    for (index, term) in probe.terms.enumerated() {
      for (other, cosine) in term.cosines.enumerated().dropFirst(index + 1) {
        if let cosine, cosine < -0.1 {
          result.append("\(term.name) and \(probe.terms[other].name) pull against each other")
        }
      }
      if probe.terms.count > 1, term.share < 0.01 {
        result.append("\(term.name) is under 1 % of the loss: its weight or its scale is off")
      }
    }
    return result
  }

  /// A row a part of the network.
  var layers: Table {
    Table(
      "norms by layer group",
      columns: [.init("group", isKept: true)]
        + probe.terms.map { .init($0.name, format: .significant(3)) }
        + [
          .init("total", format: .significant(3)), .init("weights", format: .significant(3)),
          .init("total/weights", format: .significant(2)),
        ],
      rows: probe.groups.indices.map { group in
        let weights = probe.weightNorms[group]
        return [.text(probe.groups[group])]
          + probe.terms.map { .number($0.groupNorms[group]) }
          + [
            .number(probe.groupNorms[group]), .number(weights),
            weights > 0 ? .number(probe.groupNorms[group] / weights) : .missing,
          ]
      })
  }

  func display(_ style: Style) -> Display { joined([table, layers].map { $0.display(style) }) }

  var memberNames: [String] {
    ["table", "layers", "terms", "values", "shares", "norms", "cosines", "loss", "norm", "step"]
  }

  func member(_ name: String) -> Value? {
    switch name {
    case "table": return .object(table)
    case "layers": return .object(layers)
    case "terms": return probe.terms.map(\.name).value
    case "values": return probe.terms.map(\.value).value
    case "shares": return probe.terms.map(\.share).value
    case "norms": return probe.terms.map(\.norm).value
    case "cosines":
      return .list(
        probe.terms.map { .list($0.cosines.map { $0.map { .number($0) } ?? .none }) })
    case "loss": return .number(probe.loss)
    case "norm": return .number(probe.norm)
    case "step": return probe.step.value
    default: return nil
    }
  }
}

/// Displays below each other, in every form that all of them have.
func joined(_ displays: [Display]) -> Display {
  let types = displays.first?.forms.map(\.mediaType) ?? []
  let forms = types.compactMap { type -> Display.Form? in
    let parts = displays.compactMap { $0.forms.first { $0.mediaType == type }?.content }
    return parts.count == displays.count ? .init(type, parts.joined(separator: "\n\n")) : nil
  }
  return Display(displays.map(\.plain).joined(separator: "\n\n"), forms: forms)
}
