/// The order of `count` samples in an epoch: a function of (seed, epoch).
///
/// Fisher and Yates' shuffle; every order is as likely as any other as far as 64 bits tell.
public func permutation(of count: Int, seed: UInt64, epoch: Int) -> [Int] {
  var draws = Draws(seed: seed, .shuffle, epoch: epoch)
  return shuffled(Array(0..<count), &draws)
}

func shuffled(_ items: [Int], _ draws: inout Draws) -> [Int] {
  var items = items
  for last in stride(from: items.count - 1, to: 0, by: -1) {
    items.swapAt(last, draws.integer(below: last + 1))
  }
  return items
}

/// Divides samples in two so that each class has its share in both: a function of the seed.
///
/// Shares that are no whole numbers are rounded by largest remainders, so that exactly `held` are
/// held out. Both parts keep the order of the samples.
func stratified(
  _ labels: [Int32], classes: Int, holding held: Int, seed: UInt64
) -> (kept: [Int], held: [Int]) {
  var members = Array(repeating: [Int](), count: classes)
  for (index, label) in labels.enumerated() { members[Int(label)].append(index) }
  let total = max(1, labels.count)
  // Exact shares are count · held / total; whole parts first, then the largest remainders.
  var shares = members.map { $0.count * held / total }
  let byRemainder = members.indices.sorted {
    let (a, b) = (members[$0].count * held % total, members[$1].count * held % total)
    return a != b ? a > b : $0 < $1
  }
  for index in byRemainder.prefix(held - shares.reduce(0, +)) { shares[index] += 1 }
  var isHeld = Array(repeating: false, count: labels.count)
  for (label, indices) in members.enumerated() {
    var draws = Draws(seed: seed, .partition, epoch: 0, place: label)
    for index in shuffled(indices, &draws).prefix(shares[label]) { isHeld[index] = true }
  }
  return (labels.indices.filter { !isHeld[$0] }, labels.indices.filter { isHeld[$0] })
}
