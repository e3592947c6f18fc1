import Catalog
import Language
import Models
import Plots

enum Listing {
  static let declaration: Declaration = .command(
    "list", "Lists what there is by name: `list models`, `list models, \"*vit*\"`.",
    details: """
      Networks are shown by family with their numbers of parameters, for the default classes. \
      A pattern may have `*` for any letters and `?` for one; large and small letters are the same.
      """,
    Argument(
      "what", "models, losses, optimizers, schedules, data, augmentation, commands, or a pattern.",
      default: Mention?.none),
    Argument(
      "pattern", "Of the names that are listed: \"*vit*\"; none: all.", default: String?.none),
    examples: ["list models", "list models, \"*cifar*\"", "list \"res*\""],
    keywords: ["catalogue", "available", "names", "families"]
  ) { session, what, pattern in
    let all = Session.library.registries
    switch what {
    case nil, .value(.none)?:
      return try Listing.table(Listing.matching(pattern, in: all))
    case .name(let word)?, .value(.string(let word))?:
      if let registry = all.first(where: { Listing.heading($0) == word.lowercased() }) {
        return try Listing.table(
          Listing.matching(pattern, in: [registry]), isWhole: pattern == nil)
      }
      return try Listing.table(Listing.matching(word, in: all))
    case .value(let value)?:
      throw Failure(.argument, "list needs a name or a pattern, got \(value.line(quoted: true))")
    }
  }

  private static func heading(_ registry: Registry) -> String { registry.title.lowercased() }

  /// The sections with the declarations whose name or alias fits the pattern; empty ones are left
  /// away.
  private static func matching(
    _ pattern: String?, in registries: [Registry]
  ) throws -> [Registry.Section] {
    let sections = registries.flatMap(\.sections)
    guard let pattern else { return sections }
    let lower = pattern.lowercased()
    let found = sections.map { section in
      Registry.Section(
        section.title,
        section.declarations.filter { declaration in
          ([declaration.name] + declaration.aliases).contains {
            glob(lower, matches: $0.lowercased())
          }
        })
    }.filter { !$0.declarations.isEmpty }
    guard !found.isEmpty else {
      let names = registries.flatMap(\.declarations).flatMap { [$0.name] + $0.aliases }
      let near = nearest(to: pattern, among: registries.map(heading) + names)
      throw Failure(
        .name, "nothing is called '\(pattern)'",
        advice: near.map { "did you mean '\($0)'?" }
          ?? (registries.count > 1
            ? "one of " + registries.map(heading).joined(separator: ", ")
            : "\"*\(pattern)*\" finds names that have it inside"))
    }
    return found
  }

  /// One line a declaration; a family's name stands before its first.
  ///
  /// - Parameter isWhole: Whether this is everything there is, with a line's room for names and
  ///   numbers alone.
  private static func table(_ sections: [Registry.Section], isWhole: Bool = false) -> Table {
    let families = modelRegistry.sections.map(\.title)
    guard sections.contains(where: { families.contains($0.title) }) else {
      return whole(
        Table(
          columns: [.init("name", isKept: true), .init("what it is")],
          rows: sections.flatMap(\.declarations).map { [.text($0.name), .text($0.summary)] }))
    }
    let rows = sections.flatMap { section in
      section.declarations.enumerated().map { index, declaration -> [Table.Cell] in
        let isNetwork = families.contains(section.title)
        let model = isNetwork ? outline(of: declaration) : nil
        let family: Table.Cell = index == 0 && isNetwork ? .text(section.title) : .missing
        let figures: [Table.Cell] = [
          model.map { .number(Double($0.parameterCount)) } ?? .missing,
          model.map { .number(Double($0.size)) } ?? .missing,
        ]
        return [family, .text(declaration.name)] + figures
          + (isWhole ? [] : [.text(declaration.summary)])
      }
    }
    let columns: [Table.Column] = [
      .init("family"), .init("name", isKept: true), .init("parameters", format: .count),
      .init("pixels", format: .count),
    ]
    return whole(
      Table(columns: columns + (isWhole ? [] : [.init("what it is")]), rows: rows))
  }

  /// A list is what was asked for: all of it.
  private static func whole(_ table: Table) -> Table {
    var table = table
    table.shownRows = .max
    return table
  }

  /// A network without its weights, which are drawn when they are first needed.
  private static func outline(of declaration: Declaration) -> Model? {
    guard case .object(let model as Model)? = try? declaration.call([], Outline()) else {
      return nil
    }
    return model
  }

  /// Whom outlines are made for: nobody's seed matters.
  private final class Outline: CallContext {}
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
