/// What became of a checkpoint's arrays when a network was filled from it.
public struct LoadReport: Sendable, Equatable {
  /// Keys that were filled.
  public var matched = 0
  /// Keys of the network that the file lacks.
  public var missing: [String] = []
  /// Keys of the file that the network has no place for.
  public var unexpected: [String] = []
  /// Keys whose shapes differ: "fc.weight [1000, 512] in the file, [10, 512] wanted".
  public var differing: [String] = []
  /// How the file was understood: "found under 'state_dict.module'", "widened from float16".
  public var notes: [String] = []
  /// Classes of the file's head where nothing but the head differs, and of the network's.
  var heads: (file: Int, own: Int)?

  public var isExact: Bool { missing.isEmpty && unexpected.isEmpty && differing.isEmpty }

  /// "160 matched, 2 missing (fc.weight, fc.bias), 1 unexpected (head.weight); found under 'model'".
  public var line: String {
    var parts = ["\(matched) matched"]
    func add(_ word: String, _ list: [String]) {
      guard !list.isEmpty else { return }
      let shown = list.prefix(3).joined(separator: ", ") + (list.count > 3 ? ", …" : "")
      parts.append("\(list.count) \(word) (\(shown))")
    }
    add("missing", missing)
    add("unexpected", unexpected)
    add("of another shape", differing)
    return ([parts.joined(separator: ", ")] + notes).joined(separator: "; ")
  }

  public static func == (a: LoadReport, b: LoadReport) -> Bool {
    a.matched == b.matched && a.line == b.line
  }
}
