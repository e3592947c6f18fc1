import Catalog
import Language
import Plots

enum Listing {
  static let declaration: Declaration = .command(
    "list", "Lists what there is by name: `list models`, `list \"mob*\"`.",
    Argument(
      "what", "models, losses, optimizers, schedules, data, augmentation, commands, or a pattern.",
      default: Mention?.none),
    examples: ["list models", "list \"res*\""], keywords: ["catalogue", "available", "names"]
  ) { session, what in
    let all = Session.library.registries
    switch what {
    case nil, .value(.none)?:
      return Listing.table(all.flatMap(\.declarations))
    case .name(let word)?, .value(.string(let word))?:
      if let registry = all.first(where: { Listing.heading($0) == word.lowercased() }) {
        return Listing.table(registry.declarations)
      }
      let found = all.flatMap(\.declarations).filter { declaration in
        ([declaration.name] + declaration.aliases).contains { glob(word, matches: $0) }
      }
      guard !found.isEmpty else {
        let near = nearest(to: word, among: all.map(Listing.heading) + Session.library.names)
        throw Failure(
          .name, "nothing is called '\(word)'",
          advice: near.map { "did you mean '\($0)'?" }
            ?? "one of " + all.map(Listing.heading).joined(separator: ", "))
      }
      return Listing.table(found)
    case .value(let value)?:
      throw Failure(.argument, "list needs a name or a pattern, got \(value.line(quoted: true))")
    }
  }

  private static func heading(_ registry: Registry) -> String { registry.title.lowercased() }

  private static func table(_ declarations: [Declaration]) -> Table {
    Table(
      columns: [.init("name"), .init("what it is")],
      rows: declarations.map { [.text($0.name), .text($0.summary)] })
  }
}

/// Whether a name fits a pattern of `*` (anything) and `?` (one character).
func glob(_ pattern: String, matches name: String) -> Bool {
  let p = Array(pattern.unicodeScalars)
  let n = Array(name.unicodeScalars)
  var (i, j, star, mark) = (0, 0, -1, 0)
  while j < n.count {
    if i < p.count, p[i] == "?" || p[i] == n[j] {
      i += 1
      j += 1
    } else if i < p.count, p[i] == "*" {
      star = i
      mark = j
      i += 1
    } else if star >= 0 {
      i = star + 1
      mark += 1
      j = mark
    } else {
      return false
    }
  }
  while i < p.count, p[i] == "*" { i += 1 }
  return i == p.count
}
