import ArgumentParser
import Benchmarks
import Catalog
import Glibc
import Plots
import Tensors

/// `athanor bench [kernels | step NAME] [--runs 7] [--json]`
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure this machine: its limits, the kernels, whole training steps.",
    discussion: """
      Without a subcommand, everything. Steps are medians of --runs; the list of kernels is gone \
      through --runs times, and each one's share is of the peak measured beside it. \
      ATHANOR_THREADS chooses the threads.
      """,
    subcommands: [Kernels.self, Step.self, OfRecords.self])

  @OptionGroup var options: BenchOptions

  mutating func run() throws {
    try options.prepare()
    try Kernels.show(options)
    try Step.show(StepBenchmark.all, options)
  }

  struct Kernels: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Kernels as a share of the measured peak.")

    @OptionGroup var options: BenchOptions

    mutating func run() throws {
      try options.prepare()
      try Kernels.show(options)
    }

    static func show(_ options: BenchOptions) throws {
      let machine = Machine(runs: options.runs)
      if !options.json {
        print(Machine.name)
        print(
          "peak \(machine.peak.rounded().text) GF/s multiplying and adding, "
            + "\(machine.bandwidth.rounded().text) GB/s moving a + s·b\n")
      }
      var table = Table(
        columns: [
          .init("kernel"), .init("time", unit: "ms", format: .fixed(3)),
          .init("GF/s", format: .fixed(0)), .init("of peak", format: .percent(0)),
          .init("GB/s", format: .fixed(1)),
        ],
        notes: [
          "operations by the definition: a fast transform does fewer and may exceed the peak",
          "times that a quarter of the rounds reach, peaks likewise: the machine left alone",
        ]
      )
      for result in try Machine.kernels(runs: options.runs) {
        if options.json {
          print(
            "{\"kernel\": \"\(result.name)\", \"ms\": \(result.time), "
              + "\"share_of_peak\": \(result.shareOfPeak)}")
        } else {
          table.append([
            .text(result.name), .number(result.time), .number(result.rate),
            .number(result.shareOfPeak), .number(result.bandwidth),
          ])
        }
      }
      if !options.json { print(table.display(Style(width: 120)).plain + "\n") }
    }
  }

  struct Step: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Whole distillation steps, and the teacher alone.")

    @ArgumentParser.Argument(
      help: ArgumentHelp("Which step: part of its name; every one without.", valueName: "name"))
    var name: String?

    @Option(help: "Another batch size.")
    var batch: Int?

    @Option(help: "Another height and width of the images.")
    var size: Int?

    @Flag(
      help: ArgumentHelp(
        "Wait for a line on standard input before each measurement: 'step' or 'teacher'.",
        discussion: "For programs that measure several things in turns."))
    var paced = false

    @OptionGroup var options: BenchOptions

    mutating func run() throws {
      try options.prepare()
      let wanted = StepBenchmark.all.filter { name.map($0.name.contains) ?? true }
      guard !wanted.isEmpty else {
        throw Failure(
          .value, "no step is called '\(name ?? "")'",
          advice: "steps: " + StepBenchmark.all.map(\.name).joined(separator: ", "))
      }
      for (flag, number) in [("batch", batch), ("size", size)] where (number ?? 1) < 1 {
        throw Failure(.value, "--\(flag) must be at least 1")
      }
      let steps = wanted.map { $0.resized(batch: batch, size: size) }
      if paced, let step = steps.first { return try Step.follow(step) }
      try Step.show(steps, options)
    }

    /// One measurement a line, when it is asked for.
    private static func follow(_ step: StepBenchmark) throws {
      let prepared = try step.prepare()
      func say(_ text: String) {
        print(text)
        fflush(nil)
      }
      say("ready \(step.name)")
      while let line = readLine() {
        switch line {
        case "step": say("\(try prepared.step())")
        case "teacher": say("\(try prepared.teacher())")
        default: throw Failure(.value, "'step' or 'teacher' is expected, got '\(line)'")
        }
      }
      say("\(Machine.peakResidentBytes)")
    }

    static func show(_ steps: [StepBenchmark], _ options: BenchOptions) throws {
      var table = Table(
        columns: [
          .init("step"), .init("batch"), .init("time", unit: "ms", format: .fixed(1)),
          .init("images/s", format: .fixed(1)),
          .init("teacher", unit: "ms", format: .fixed(1)),
          .init("peak memory", unit: "MB", format: .fixed(0)),
        ])
      for step in steps {
        let result = try step.measure(runs: options.runs)
        if options.json {
          print(result.json)
        } else {
          table.append([
            .text(result.step), .number(Double(result.batch)), .number(result.times.median),
            .number(result.imagesPerSecond), .number(result.teacher.median),
            .number(Double(result.peakBytes) / 1e6),
          ])
        }
      }
      if !options.json { print(table.display(Style(width: 120)).plain) }
    }
  }
}

/// What every measurement takes.
struct BenchOptions: ParsableArguments {
  @Option(help: "How often each thing is measured.")
  var runs = 7

  @Flag(help: "One line of JSON for each result.")
  var json = false

  @Option(help: "Instructions to use: baseline, avx2, avx512; the best there are without.")
  var isa: String?

  func prepare() throws {
    guard runs >= 1 else { throw Failure(.value, "--runs must be at least 1") }
    guard let isa else { return }
    guard let set = InstructionSet.allCases.first(where: { $0.name == isa }) else {
      throw Failure(.value, "no instructions are called '\(isa)'", advice: "baseline, avx2, avx512")
    }
    InstructionSet.current = set
    guard InstructionSet.current == set else {
      throw Failure(.state, "this processor has no \(isa)")
    }
  }
}

extension Double {
  /// A whole number without a point.
  fileprivate var text: String { numberText(self) }
}
