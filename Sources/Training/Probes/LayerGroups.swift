import Tensors

/// Parameters by the part of the network that they belong to: the first word of their path, or the
/// first two where one word would put everything together.
struct LayerGroups {
  let names: [String]
  /// The group of each parameter.
  let places: [Int]

  init(_ keys: [String]) {
    let paths = keys.map { $0.split(separator: ".").dropLast().map(String.init) }
    let own = Set(paths.filter { $0.first != "goal" }.compactMap(\.first))
    let words = own.count > 1 ? 1 : 2
    var names: [String] = []
    places = zip(keys, paths).map { key, path in
      // Parts of a term stay together under its name: `goal.fitnet`.
      let count = path.first == "goal" ? 2 : words
      let name = path.isEmpty ? key : path.prefix(count).joined(separator: ".")
      if let known = names.firstIndex(of: name) { return known }
      names.append(name)
      return names.count - 1
    }
    self.names = names
  }

  /// ‖g‖ of every group.
  func norms(_ tensors: [Tensor]) -> [Double] {
    var squares = Array(repeating: 0.0, count: names.count)
    for (place, tensor) in zip(places, tensors) { squares[place] += tensor.squaredNorm }
    return squares.map { $0.squareRoot() }
  }
}
