import Tensors

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
    let stream = Random.stream("stratified", label)
    let order = Random.permutation(indices.count, seed: seed, stream: stream)
    for place in order.prefix(shares[label]) { isHeld[indices[place]] = true }
  }
  return (labels.indices.filter { !isHeld[$0] }, labels.indices.filter { isHeld[$0] })
}
