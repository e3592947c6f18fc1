import Catalog
import Language

/// The arguments of a sweep and every combination of their values.
struct SweepGrid {
  /// Arguments that are swept over, in the order in which they were given.
  let names: [String]
  let lists: [[Value]]
  /// Arguments with one value for all.
  let fixed: [(name: String, value: Value)]

  private static let most = 10_000

  init(_ given: Names) throws {
    var names: [String] = []
    var lists: [[Value]] = []
    var fixed: [(name: String, value: Value)] = []
    for (name, value) in given.items {
      guard name != "seed" else {
        throw Failure(.argument, "sweep: seeds are given as seeds=…", site: .label(name))
      }
      switch value {
      case .list(let items):
        guard !items.isEmpty else {
          throw Failure(.value, "sweep: '\(name)' is an empty list", site: .named(name))
        }
        names.append(name)
        lists.append(items)
      case .range(let lower, let upper):
        guard lower <= upper, upper - lower < SweepGrid.most else {
          throw Failure(
            .value, "sweep: the range '\(name)' is empty or too long", site: .named(name))
        }
        names.append(name)
        lists.append((lower...upper).map { .number(Double($0)) })
      default: fixed.append((name, value))
      }
    }
    var count = 1
    for list in lists {
      let (product, isTooMuch) = count.multipliedReportingOverflow(by: list.count)
      count = isTooMuch ? .max : product
    }
    guard count <= SweepGrid.most else {
      throw Failure(.value, "sweep: more than \(SweepGrid.most) combinations")
    }
    self.names = names
    self.lists = lists
    self.fixed = fixed
  }

  /// Every combination, the last argument running fastest.
  var settings: [[Value]] {
    lists.reduce([[]]) { settings, list in
      settings.flatMap { setting in list.map { setting + [$0] } }
    }
  }

  /// The names of a combination with their values, and those that are the same for all.
  func bindings(_ setting: [Value]) -> [(name: String, value: Value)] {
    zip(names, setting).map { (name: $0, value: $1) } + fixed
  }
}
