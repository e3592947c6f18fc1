/// A block of numbers that is needed from one step to another, both included.
struct Lifetime {
  var count: Int
  var first: Int
  var last: Int

  func overlaps(_ other: Lifetime) -> Bool { first <= other.last && other.first <= last }
}

/// Places in one arena for blocks with known lifetimes: the largest first, each at the lowest place
/// where it meets none that is needed at the same time.
struct MemoryPlan {
  /// One a block.
  private(set) var places: [Int]
  /// Size of the arena.
  private(set) var count = 0

  init(_ blocks: [Lifetime]) {
    places = [Int](repeating: 0, count: blocks.count)
    let order = blocks.indices.sorted {
      (blocks[$1].count, $0) < (blocks[$0].count, $1)
    }
    var placed: [Int] = []
    for index in order where blocks[index].count > 0 {
      let size = MemoryPlan.rounded(blocks[index].count)
      var place = 0
      let rivals = placed.filter { blocks[$0].overlaps(blocks[index]) }
        .sorted { places[$0] < places[$1] }
      for rival in rivals {
        if places[rival] >= place + size { break }
        place = max(place, places[rival] + MemoryPlan.rounded(blocks[rival].count))
      }
      places[index] = place
      placed.append(index)
      count = max(count, place + size)
    }
  }

  /// Whole cache lines, and one more that kernels may read past the end.
  private static func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 + 16 }
}
