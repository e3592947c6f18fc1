import Catalog

/// Short names for the values of a swept argument: what tells them apart.
enum SweepLabels {
  /// Longer texts than this are shortened.
  private static let longest = 24

  /// One label a value, all different where the values are: the values themselves where they are
  /// short; else sums without the terms that all begin with, and calls without their arguments where
  /// the names alone differ: `… + cutout(size=8)`, `adam(…)`.
  static func labels(_ texts: [String]) -> [String] {
    guard texts.contains(where: { $0.count > longest }) else { return texts }
    if !texts.contains(where: { $0.contains(" + ") }) {
      let names = texts.map { text in
        text.contains("(") ? text.prefix { $0 != "(" } + "(…)" : text
      }
      return Set(names).count == Set(texts).count ? names : texts
    }
    let terms = texts.map { $0.components(" + ") }
    var common = 0
    while let first = terms.first, common < first.count,
      terms.allSatisfy({ common < $0.count && $0[common] == first[common] })
    { common += 1 }
    guard common > 0 else { return texts }
    return terms.map { (["…"] + $0[common...]).joined(separator: " + ") }
  }
}

extension String {
  /// Its parts between a separator.
  fileprivate func components(_ separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
