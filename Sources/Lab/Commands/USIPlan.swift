import Catalog
import Datasets
import Layers
import Losses
import Models
import Optimizers
import Plots
import Training

/// What `usi` is about to do: every setting with where it is from.
struct USIPlan {
  let run: Run
  let isBatchGiven: Bool
  let measured: [BatchMeasurement]

  var table: Table {
    var rows: [[Table.Cell]] = [
      row("loss", run.goal.script, isUSI: run.goal.script == Goal.usual.script),
      row(
        "optimizer", run.optimizer.script, isUSI: run.optimizer.script == Optimizer.usi.script,
        short: "adamw(lr=2e-3, weight_decay=2e-2, decay=\"weights\")"),
      row(
        "schedule", run.schedule.script, isUSI: run.schedule.script == Schedule.usi.script,
        short: "cosine(warmup=5, warmup_lr=1e-4, min_lr=1e-6)"),
      [
        .text("epochs"), .text("\(run.epochs), \(run.plannedSteps) steps"),
        .text(run.epochs == USI.usualEpochs ? "USI" : "given; USI has \(USI.usualEpochs)"),
      ],
      [.text("batch"), .text("\(run.batch)"), .text(batchSource)],
      row("average", "ema=\(run.averaging.literal)", isUSI: run.averaging == .scaled),
    ]
    rows += augmentation
    rows.append(row("drop", run.student.dropRate ?? "none", isUSI: run.student.dropRate == nil))
    if let clipping = run.clipping {
      rows.append([.text("clip"), .text(clipping.script), .text("given; USI has none")])
    }
    if let caching = run.caching {
      rows.append([.text("cache"), .text(caching.literal), .text("given")])
    }
    return Table(
      "usi: \(run.student.name) ← \(run.teacher?.name ?? "") on \(run.data.name)",
      columns: [.init("what"), .init("value"), .init("from")], rows: rows,
      notes: run.notes + [measurements, duration].compactMap { $0 })
  }

  /// - Parameter short: The value where it is USI's, without what is usual anyway.
  private func row(
    _ name: String, _ value: String, isUSI: Bool, short: String? = nil
  ) -> [Table.Cell] {
    [.text(name), .text(isUSI ? short ?? value : value), .text(isUSI ? "USI" : "given")]
  }

  /// A row for each step.
  private var augmentation: [[Table.Cell]] {
    let own = run.augmentation
    let isUSI = Augmentation.usual(for: run.data).script == own.script
    let parts = own.steps.map(\.script) + (own.mixing.map { [$0.script] } ?? [])
    return (parts.isEmpty ? ["none"] : parts).enumerated().map { place, part in
      [
        .text(place == 0 ? "augment" : ""), .text(part),
        place > 0 ? .missing : .text(isUSI ? "USI's for \(pictures)" : "given"),
      ]
    }
  }

  private var pictures: String {
    let data = run.data
    return "\(data.height)×\(data.width)\(data.channels == 1 ? " grey" : "") pictures"
  }

  private var batchSource: String {
    if isBatchGiven { return "given" }
    return measured.isEmpty
      ? "all that \(run.data.train.count) samples leave" : "measured on this machine"
  }

  private var measurements: String? {
    guard !measured.isEmpty else { return nil }
    let parts = measured.map {
      "\($0.batch): \(NumberFormat.automatic.text($0.rate)) images/s, "
        + NumberFormat.bytes.text(Double($0.bytes))
    }
    return "batch measured: " + parts.joined(separator: "; ")
  }

  private var duration: String? {
    guard let own = measured.first(where: { $0.batch == run.batch }) else { return nil }
    return "at this rate the plan takes about "
      + secondsText(own.seconds * Double(run.plannedSteps))
  }
}

extension Model {
  /// Its largest probabilities of dropout and drop path, in words; nil where it has none.
  var dropRate: String? {
    var (features, paths) = (Float(0), Float(0))
    for (_, module) in network.modules {
      if let dropout = module as? Dropout { features = max(features, dropout.probability) }
      if let dropout = module as? Dropout2d { features = max(features, dropout.probability) }
      if let path = module as? DropPath { paths = max(paths, path.probability) }
    }
    let parts =
      (features > 0 ? ["dropout \(features.literal)"] : [])
      + (paths > 0 ? ["drop path up to \(paths.literal)"] : [])
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}
