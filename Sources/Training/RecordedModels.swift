import Catalog
import Losses
import Models

/// The models that a run's record speaks of beside the student: its teachers and those that losses
/// bring themselves.
///
/// Texts of the record name each by a mark, its place in this list between two control characters,
/// which no script can contain. When a script is written, the marks become variables that were made
/// before; for people, the models' names.
struct RecordedModels {
  struct Entry {
    let model: Model
    /// What had happened to it when the run first heard of it.
    let past: [any Past]
    /// What it wanted of pictures then.
    let wants: PictureWants
  }

  private(set) var entries: [Entry] = []

  private static let opening: Character = "\u{2}"
  private static let closing: Character = "\u{3}"

  /// The mark of a model, which is in the list from now on.
  mutating func mark(_ model: Model) -> String {
    if let known = known(model) { return known }
    entries.append(Entry(model: model, past: model.past, wants: model.pictureWants))
    return RecordedModels.mark(entries.count - 1)
  }

  /// The mark of a model that is in the list.
  func known(_ model: Model) -> String? {
    entries.firstIndex { $0.model === model }.map(RecordedModels.mark)
  }

  subscript(model: Model) -> Entry? { entries.first { $0.model === model } }

  mutating func add(_ entry: Entry) { entries.append(entry) }

  static func mark(_ place: Int) -> String { "\(opening)\(place)\(closing)" }

  /// What stands for the student, which is in no list, where a place does.
  static let student = -1

  /// A text with every mark replaced.
  ///
  /// - Parameter name: What the model at a place is called.
  static func text(_ marked: String, _ name: (Int) -> String) -> String {
    guard marked.contains(opening) else { return marked }
    var result = ""
    var rest = marked[...]
    while let start = rest.firstIndex(of: opening) {
      result += rest[..<start]
      rest = rest[start...].dropFirst()
      let digits = rest.prefix { $0 != closing }
      rest = rest.dropFirst(digits.count + 1)
      result += Int(digits).map(name) ?? ""
    }
    return result + rest
  }

  /// The places that texts speak of, in the order in which they first do.
  static func places(in texts: [String]) -> [Int] {
    var places: [Int] = []
    for marked in texts {
      _ = text(marked) { place in
        if !places.contains(place) { places.append(place) }
        return ""
      }
    }
    return places
  }

  /// A text for people: models by their own names.
  func plain(_ marked: String) -> String {
    RecordedModels.text(marked) { place in
      if place == RecordedModels.student { return "student" }
      return entries.indices.contains(place) ? entries[place].model.name : "?"
    }
  }
}
