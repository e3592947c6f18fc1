import ArgumentParser
import Benchmarks
import Catalog
import Plots

extension Bench {
  /// `athanor bench records`
  struct OfRecords: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "records", abstract: "Opening records with ten thousand runs.")

    @OptionGroup var options: BenchOptions

    mutating func run() throws {
      let benchmark = try RecordsBenchmark()
      defer { benchmark.remove() }
      var table = Table(
        columns: [
          .init("opening and reading"), .init("median", unit: "ms", format: .fixed(1)),
          .init("least", unit: "ms", format: .fixed(1)),
        ], notes: ["of 10,000 runs on record, the file opened anew each time"])
      for result in benchmark.measure(repetitions: options.runs) {
        let (median, least) = (result.times[result.times.count / 2], result.times[0])
        if options.json {
          print("{\"records\": \"\(result.question)\", \"ms\": \(result.times)}")
        } else {
          table.append([.text(result.question), .number(median), .number(least)])
        }
      }
      if !options.json { print(table.display(Style(width: 100)).plain) }
    }
  }
}
