import Catalog
import Language
import Training

/// What `sweep` repeats: code in a string, or a function made by `def`.
enum SweepSubject: ArgumentType {
  case code(String)
  case function(any Callable)

  static let expected = "code in a string or a function"
  static let valueKind: String? = "string"

  static func read(_ value: Value) throws -> SweepSubject {
    switch value {
    case .string(let code): return .code(code)
    case .function(let function): return .function(function)
    default: throw Mismatch()
    }
  }
}

enum Sweep {
  static let declaration: Declaration = .command(
    "sweep", "Trains for every combination of arguments and seeds: a table of mean ± deviation.",
    details: """
      What is repeated is code that makes a run, in a string in which the names swept over stand \
      for their values, or a function whose arguments they are: \
      `sweep "distill(student.clone(seed=seed), teacher, data, ce() + a*kd(T=1))", a=[0, 1, 5], \
      seeds=3`. A list is swept over, anything else is the same for all. `seeds=3` repeats with the \
      seeds 0, 1, 2, `seeds=[5, 6]` with those; models and runs that name no seed are drawn from it, \
      and code can use it by the name `seed`. Each run is carried out to the end of its plan and \
      evaluated after each epoch on the validation part, or the test part where there is none. Code \
      that gives a number is measured by that. A training whose loss is no number any more ends \
      early, is told below the table and does not count.

      Shown are the last evaluation and the best one, as mean ± sample deviation over the seeds. \
      The best of several looks at an evaluation is too good by itself: trust the last. \
      `control=true` adds the training without the teacher, the same seed and steps.

      `to="sweep.json"` writes every finished training to a file: the same sweep started again, in \
      this session or another, goes on where it was; more values and seeds can be added. What \
      was made otherwise is refused with the reason. Within a session nothing is trained twice, and \
      runs with `cache=true` share what the teacher said.
      """,
    Argument("what", "Code that makes a run, or a function.") as Argument<SweepSubject>,
    Argument("over", "Arguments with the lists to sweep over.") as Argument<Names>,
    Argument("seeds", "How many seeds, or a list of them.", default: SweepSeeds([0])),
    Argument("control", "Whether to train without the teacher, too.", default: false),
    Argument("measure", "The figure that is compared.", default: "test_accuracy"),
    Argument("to", "A file that keeps what is finished.", default: String?.none) {
      $0?.isEmpty == true ? "is empty" : nil
    },
    Argument("quiet", "Whether to draw nothing while it goes.", default: false),
    examples: [
      """
      s = sweep("distill(student.clone(seed=seed), teacher, data, ce() + a*kd(T=1), batch=512, \
      epochs=1)", a=[0, 5], seeds=2, control=true)
      """,
      """
      def f(a) { return distill(mlp(hidden=[8], size=8), teacher, data, a*kd(), batch=512, epochs=1) }
      sweep f, a=[1, 2]
      """,
    ],
    keywords: ["ablation", "grid", "search", "seeds", "repeat", "deviation", "hyperparameter"]
  ) { session, subject, names, seeds, control, measure, path, quiet in
    let sweep = SweepWork(
      session, subject, try SweepGrid(names), seeds: seeds.numbers, control: control,
      measure: measure, isQuiet: quiet)
    return try sweep.result(path)
  }
}

/// How many seeds, or which.
struct SweepSeeds: ArgumentType {
  let numbers: [Int]

  init(_ numbers: [Int]) { self.numbers = numbers }

  static let expected = "a count of seeds, or a list of them"

  static func read(_ value: Value) throws -> SweepSeeds {
    let numbers: [Int]
    if case .number = value {
      let count = try Int.read(value)
      guard (1...1000).contains(count) else { throw Mismatch("the count must be in 1..1000") }
      numbers = Array(0..<count)
    } else {
      numbers = try [Int].read(value)
    }
    guard !numbers.isEmpty, Set(numbers).count == numbers.count else {
      throw Mismatch("the seeds must be different ones, at least one")
    }
    return SweepSeeds(numbers)
  }

  var literal: String { numbers == [0] ? "1" : numbers.literal }
}
