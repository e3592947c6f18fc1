public import Catalog

/// Names and their values, in the order in which they were defined.
///
/// A value type: keeping a copy costs a reference, which is how a failed statement is undone.
public struct Variables {
  public private(set) var names: [String] = []
  private var slots: [Value] = []
  private var places: [String: Int] = [:]

  public init() {}

  public var count: Int { names.count }

  public subscript(name: String) -> Value? {
    get { places[name].map { slots[$0] } }
    set {
      switch (places[name], newValue) {
      case (let place?, let value?): slots[place] = value
      case (nil, let value?):
        places[name] = names.count
        names.append(name)
        slots.append(value)
      case (let place?, nil):
        names.remove(at: place)
        slots.remove(at: place)
        places[name] = nil
        for index in place..<names.count { places[names[index]] = index }
      case (nil, nil): break
      }
    }
  }

  /// All of them, in order of definition.
  public var all: [(name: String, value: Value)] {
    zip(names, slots).map { (name: $0, value: $1) }
  }

  /// Changes a value where it lies, without a copy of a list that nobody else holds.
  mutating func update<E: Error>(
    _ name: String, _ body: (inout Value) throws(E) -> Void
  ) throws(E) {
    guard let place = places[name] else { return }
    try body(&slots[place])
  }
}
