/// Horizontal bars by category, one bar a group.
public struct Bars: Sendable, Equatable {
  /// One bar for every category.
  public struct Group: Sendable, Equatable {
    public var name: String
    public var values: [Double]
    /// Half lengths of the error marks; empty for none.
    public var deviations: [Double]

    public init(_ name: String = "", values: [Double], deviations: [Double] = []) {
      self.name = name
      self.values = values
      self.deviations = deviations
    }
  }

  public var categories: [String]
  public var groups: [Group]
  /// How the values beside the bars are written.
  public var format: NumberFormat

  public init(
    categories: [String], groups: [Group], format: NumberFormat = .automatic
  ) {
    self.categories = categories
    self.groups = groups
    self.format = format
  }

  /// One bar a category.
  public init(
    _ values: [(name: String, value: Double)], format: NumberFormat = .automatic
  ) {
    self.init(
      categories: values.map(\.name), groups: [Group(values: values.map(\.value))], format: format)
  }

  /// The value of a bar; nil where it is not known or not finite.
  func value(_ group: Int, _ category: Int) -> Double? {
    let values = groups[group].values
    return category < values.count && values[category].isFinite ? values[category] : nil
  }

  func deviation(_ group: Int, _ category: Int) -> Double? {
    let values = groups[group].deviations
    guard category < values.count, values[category].isFinite else { return nil }
    return abs(values[category])
  }

  /// All that the axis must hold: the values with their deviations, and zero.
  var extent: ClosedRange<Double> {
    var lower = 0.0
    var upper = 0.0
    for group in groups.indices {
      for category in categories.indices {
        guard let value = value(group, category) else { continue }
        let deviation = deviation(group, category) ?? 0
        lower = min(lower, value - deviation)
        upper = max(upper, value + deviation)
      }
    }
    return lower < upper ? lower...upper : 0...1
  }

  /// The texts beside the bars, all in one format.
  func valueText(_ group: Int, _ category: Int) -> String {
    guard let value = value(group, category) else { return "–" }
    let text = settledFormat.text(value)
    guard let deviation = deviation(group, category) else { return text }
    return Table.Cell.spread(mean: value, deviation: deviation).text(settledFormat)
  }

  var isPercent: Bool { if case .percent = format { true } else { false } }

  /// With deviations, as many places as the least of them has in two digits: more is noise.
  private var settledFormat: NumberFormat {
    let deviations = groups.flatMap(\.deviations).filter { $0.isFinite && $0 != 0 }.map { abs($0) }
    guard format == .automatic, let least = deviations.min() else {
      return format.settled(for: groups.flatMap(\.values))
    }
    return .fixed(max(0, min(6, 1 - decimalExponent(least, digits: 2))))
  }
}
