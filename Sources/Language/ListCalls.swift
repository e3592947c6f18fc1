import Catalog

/// Calls about lists and whatever else has elements.
enum ListCalls {
  static var declarations: [Declaration] {
    [len, min, max, sum, mean, median, std, sort, range, zip]
  }

  private static let values = Argument<Rest<Value>>(
    "values", "Numbers, or one list, range or series of them.")

  private static let len = Declaration(
    "len", "The number of elements of a list, range, data set or series, or letters of a string.",
    Argument<Value>("x", "Something with elements."),
    examples: ["len([1, 2, 3])"], keywords: ["length", "size", "count"]
  ) { value -> Int in
    guard let elements = Elements(value) else {
      throw Failure(.type, "\(article(value.kind)) has no length", site: .positional(0))
    }
    return elements.count
  }

  private static let min = Declaration(
    "min", "The smallest of several values, or of the elements of a list.",
    Argument<Rest<Value>>("values", "Numbers or strings, or one list of them."),
    examples: ["min(3, 1, 2)", "min([3, 1, 2])"], keywords: ["smallest", "least", "lowest"]
  ) { values in try extreme(values.items, "min") { $0 } }

  private static let max = Declaration(
    "max", "The largest of several values, or of the elements of a list.",
    Argument<Rest<Value>>("values", "Numbers or strings, or one list of them."),
    examples: ["max(3, 1, 2)", "max([3, 1, 2])"], keywords: ["largest", "greatest", "highest"]
  ) { values in try extreme(values.items, "max") { !$0 } }

  private static let sum = Declaration(
    "sum", "The sum of numbers; 0 of none.", values,
    examples: ["sum(1..100)"], keywords: ["total", "add"]
  ) { values -> Double in
    // The sum of a range is known without walking it.
    if case .range(let lower, let upper)? = values.items.first, values.items.count == 1 {
      if upper < lower { return 0 }
      return (Double(lower) + Double(upper)) * (Double(upper - lower) + 1) / 2
    }
    return try numbers(values.items, "sum").reduce(0, +)
  }

  private static let mean = Declaration(
    "mean", "The arithmetic mean of numbers; nan of none.", values,
    examples: ["mean([0.91, 0.92, 0.9])"], keywords: ["average"]
  ) { values -> Double in
    let numbers = try numbers(values.items, "mean")
    return numbers.reduce(0, +) / Double(numbers.count)
  }

  private static let median = Declaration(
    "median", "The middle one of numbers in order, the mean of the middle two; nan of none.",
    values,
    examples: ["median([0.91, 0.92, 0.9])"], keywords: ["middle", "robust"]
  ) { values -> Double in
    let sorted = try numbers(values.items, "median").sorted()
    guard !sorted.isEmpty, !sorted.contains(where: \.isNaN) else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private static let std = Declaration(
    "std", "The standard deviation of numbers; nan of fewer than two.",
    details: "`sqrt(sum((x - mean)**2) / (n - ddof))`, the sample's deviation unless `ddof=0`.",
    values,
    Argument(
      "ddof", "Degrees of freedom taken off: 1 for a sample, 0 for a whole population.",
      default: 1
    ) { (0...1).contains($0) ? nil : "must be 0 or 1" },
    examples: ["std([0.91, 0.92, 0.9])"],
    keywords: ["deviation", "spread", "variance", "standard"]
  ) { values, ddof -> Double in
    let numbers = try numbers(values.items, "std")
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(numbers.count - ddof)).squareRoot()
  }

  private static let sort = Declaration(
    "sort", "A list in ascending order; equal elements keep their order.",
    Argument<Value>("values", "Numbers, strings, or lists by their first difference."),
    Argument("reverse", "Whether the largest comes first.", default: false),
    examples: ["sort([3, 1, 2])", "sort([\"b\", \"a\"], reverse=true)"],
    keywords: ["order", "rank"]
  ) { value, reverse -> [Value] in
    guard let elements = Elements(value) else {
      throw Failure(.type, "sort needs a list, got \(short(value))", site: .positional(0))
    }
    return try elements.all().sorted { a, b in
      guard let isLess = Comparison.isLess(reverse ? b : a, reverse ? a : b) else {
        throw Failure(
          .type, "sort cannot order \(short(a)) and \(short(b))", site: .positional(0))
      }
      return isLess
    }
  }

  private static let range = Declaration(
    "range", "Numbers from start up to, but without, stop, as in Python; `a..b` has both ends.",
    Argument<Double>("start", "First number, or stop where it is the only argument."),
    Argument<Double?>("stop", "Where to stop, itself left out.", default: nil),
    Argument<Double>("step", "From one number to the next.", default: 1) {
      $0 == 0 || !$0.isFinite ? "must be a number other than 0" : nil
    },
    examples: ["range(3)", "range(1, 10, 3)", "range(0, 1, 0.25)"],
    keywords: ["numbers", "sequence", "arange", "linspace"]
  ) { start, stop, step -> Value in
    let (first, last) = stop.map { (start, $0) } ?? (0, start)
    let isWhole = first == first.rounded() && last == last.rounded()
    if step == 1, isWhole {
      return try Arithmetic.range(.number(first), .number(last - 1))
    }
    let count = ((last - first) / step).rounded(.up)
    guard count.isFinite else { throw Failure(.value, "range needs finite ends") }
    if count <= 0 { return .list([]) }
    try ValueLimits.check(count: Int(exactly: count) ?? .max)
    return .list((0..<Int(count)).map { .number(first + Double($0) * step) })
  }

  private static let zip = Declaration(
    "zip", "Lists of the first elements, the second elements, …, as long as the shortest.",
    Argument<Rest<Value>>("lists", "Lists, ranges or series."),
    examples: ["zip([1, 2], [\"a\", \"b\"])"], keywords: ["pairs", "transpose", "together"]
  ) { lists -> Value in
    let all = try lists.items.enumerated().map { index, value in
      guard let elements = Elements(value) else {
        throw Failure(.type, "zip needs lists, got \(short(value))", site: .positional(index))
      }
      return elements
    }
    let count = all.map(\.count).min() ?? 0
    try ValueLimits.check(count: count)
    let rows = try (0..<count).map { row in Value.list(try all.map { try $0.element(row) }) }
    try ValueLimits.check(rows)
    return .list(rows)
  }
}

extension ListCalls {
  /// The elements of a single list, or the values themselves.
  private static func flattened(_ values: [Value]) throws -> [Value] {
    if values.count == 1, let elements = Elements(values[0]) {
      if case .string = values[0] { return values }
      return try elements.all()
    }
    return values
  }

  private static func numbers(_ values: [Value], _ name: String) throws -> [Double] {
    try flattened(values).enumerated().map { index, value in
      guard case .number(let number) = value else {
        let site = Failure.Site.positional(values.count == 1 ? 0 : index)
        throw Failure(.argument, "\(name) needs numbers, got \(short(value))", site: site)
      }
      return number
    }
  }

  /// The first value that no other one beats; nan wherever one is nan.
  private static func extreme(
    _ values: [Value], _ name: String, wins: (Bool) -> Bool
  ) throws -> Value {
    let values = try flattened(values)
    guard var best = values.first else {
      throw Failure(.value, "\(name) of nothing: at least one value is needed")
    }
    for value in values.dropFirst() {
      if case .number(let number) = value, number.isNaN { return value }
      if case .number(let number) = best, number.isNaN { return best }
      guard let isLess = Comparison.isLess(value, best) else {
        throw Failure(.type, "\(name) cannot order \(short(value)) and \(short(best))")
      }
      if wins(isLess), !Comparison.areEqual(value, best) { best = value }
    }
    return best
  }
}
