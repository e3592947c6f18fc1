/// Histograms over time: each column a point of time, rows from the greatest bin to the least.
extension HeatMap {
  /// A map of histograms that have been counted over the same bins; a cell is the share of its
  /// column's values in the bin.
  ///
  /// - Parameters:
  ///   - histograms: All with the same ends and as many bins; others are left out.
  ///   - times: One for each of them: steps, epochs.
  public init(_ histograms: [Histogram], at times: [Double]) {
    let first = histograms.first ?? Histogram(lower: 0, upper: 1, counts: [])
    let columns = zip(histograms, times).filter { histogram, _ in
      histogram.lower == first.lower && histogram.upper == first.upper
        && histogram.counts.count == first.counts.count
    }
    let totals = columns.map { histogram, _ in max(1e-300, histogram.counts.reduce(0, +)) }
    let bins = first.counts.indices.reversed()
    self.init(
      bins.map { bin in
        zip(columns, totals).map { column, total in column.0.counts[bin] / total }
      },
      rows: bins.map { bin in
        let (lower, upper) = first.edges(bin)
        return significantText((lower + upper) / 2, 3)
      },
      columns: columns.map { significantText($0.1, 6) }, format: .percent(0))
  }

  /// A map of lists of values, counted over the range of all of them.
  public init(of lists: [[Double]], at times: [Double], bins: Int) {
    let finite = lists.joined().filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    // The ends of a range that is a point are put apart once, for all lists alike.
    let common = Histogram(of: [low, high], bins: bins, range: low...high)
    self.init(
      lists.map { Histogram(of: $0, bins: bins, range: common.lower...common.upper) }, at: times)
  }
}
