public import Catalog

/// One figure over the steps of a run: the language's value of kind "series".
public struct Series: Object, ArgumentType, Answer, Sendable, Equatable {
  public static let kind = "series"
  /// "loss", "kd", "accuracy".
  public let name: String
  /// Number of the step that each value belongs to, from 1.
  public private(set) var steps: [Int] = []
  public private(set) var values: [Double] = []

  public init(name: String) { self.name = name }

  public init(name: String, steps: [Int], values: [Double]) {
    self.name = name
    self.steps = steps
    self.values = values
  }

  public mutating func append(_ value: Double, step: Int) {
    steps.append(step)
    values.append(value)
  }

  /// The part up to a step.
  func cut(after step: Int) -> Series {
    let count = steps.firstIndex { $0 > step } ?? steps.count
    return Series(name: name, steps: Array(steps[..<count]), values: Array(values[..<count]))
  }

  public var last: Double? { values.last }

  public var line: String {
    guard let last, let first = steps.first, let end = steps.last else { return "\(name): empty" }
    let mean = values.reduce(0, +) / Double(values.count)
    return "\(name): \(values.count) values, steps \(first) to \(end), "
      + "last \(shortText(last)), mean \(shortText(mean))"
  }

  public var memberNames: [String] { ["values", "steps", "last", "name"] }

  public func member(_ name: String) -> Value? {
    switch name {
    case "values": .list(values.map { .number($0) })
    case "steps": .list(steps.map { .number(Double($0)) })
    case "last": last.map { .number($0) } ?? Value.none
    case "name": .string(self.name)
    default: nil
    }
  }

  public var elementCount: Int? { values.count }
  public func element(_ index: Int) -> Value { .number(values[index]) }
  public func isEqual(to other: any Object) -> Bool { (other as? Series) == self }
}

/// A number in at most four significant digits, for people: 0.4123, 12.35, 3.1e-05.
public func shortText(_ number: Double) -> String {
  guard number.isFinite, number != 0 else { return numberText(number) }
  var exponent = 0
  var size = abs(number)
  while size >= 10 {
    size /= 10
    exponent += 1
  }
  while size < 1 {
    size *= 10
    exponent -= 1
  }
  if exponent >= 6 || exponent <= -4 {
    let mantissa = (number < 0 ? -size : size) * 1000
    return "\(numberText(mantissa.rounded() / 1000))e\(exponent < 0 ? "-" : "+")"
      + (abs(exponent) < 10 ? "0" : "") + "\(abs(exponent))"
  }
  var scale = 1.0
  for _ in 0..<max(0, 3 - exponent) { scale *= 10 }
  return numberText((number * scale).rounded() / scale)
}

/// Every figure of a run, in the order in which they first came.
public struct Log: Sendable, Equatable {
  public private(set) var series: [Series] = []

  public init(_ series: [Series] = []) { self.series = series }

  public subscript(name: String) -> Series? { series.first { $0.name == name } }

  /// Forgets what came after a step.
  mutating func cut(after step: Int) {
    series = series.map { $0.cut(after: step) }.filter { !$0.values.isEmpty }
  }

  public mutating func append(_ value: Double, to name: String, step: Int) {
    if let index = series.firstIndex(where: { $0.name == name }) {
      series[index].append(value, step: step)
    } else {
      var new = Series(name: name)
      new.append(value, step: step)
      series.append(new)
    }
  }
}
