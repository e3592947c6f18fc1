import Catalog

/// A value for a parameter of a notebook: a name and the expression it is set to.
public struct NotebookParameter: Sendable, Equatable {
  public var name: String
  public var code: String

  public init(_ name: String, _ code: String) {
    self.name = name
    self.code = code
  }

  /// `epochs=1`
  /// - Throws: A `Failure` of kind `argument` where it is no name and value.
  public init(parsing text: String) throws {
    guard let sign = text.firstIndex(of: "="), NotebookParameter.isName(text[..<sign]) else {
      throw Failure(.argument, "'\(text)' sets no parameter", advice: "--set epochs=1")
    }
    self.init(String(text[..<sign]), String(text[text.index(after: sign)...]))
  }

  static func isName(_ text: some StringProtocol) -> Bool {
    guard let first = text.unicodeScalars.first else { return false }
    func isLetter(_ scalar: Unicode.Scalar) -> Bool {
      scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }
    return isLetter(first)
      && text.unicodeScalars.allSatisfy { isLetter($0) || ("0"..."9").contains($0) }
  }
}

/// Notebooks that take long say by which values they can be tried, as papermill does: the cell that
/// carries the tag `parameters` assigns what may be changed, and what is changed is assigned in an
/// input of its own behind it. The notebook's metadata, `athanor.rehearsal`, has the small values.
extension Notebook {
  /// What its parameters cell assigns; empty where there is none.
  public var parameterNames: [String] {
    guard let cell = cells.first(where: \.isParameters) else { return [] }
    return cell.source.split(whereSeparator: \.isNewline).compactMap { line in
      guard let sign = line.firstIndex(of: "="), line[line.index(after: sign)...].first != "="
      else { return nil }
      let name = line[..<sign].filter { !$0.isWhitespace }
      return NotebookParameter.isName(name) ? name : nil
    }
  }

  /// The code of its cells in order, some parameters set to other values.
  /// - Throws: A `Failure` of kind `name` where it has no such parameter.
  public func inputs(setting parameters: [NotebookParameter]) throws -> [String] {
    if parameters.isEmpty { return inputs }
    let known = parameterNames
    for parameter in parameters where !known.contains(parameter.name) {
      let near = nearest(to: parameter.name, among: known)
      throw Failure(
        .name, "\(name) has no parameter '\(parameter.name)'",
        advice: near.map { "did you mean '\($0)'?" }
          ?? (known.isEmpty
            ? "a cell with the tag 'parameters' makes some" : known.joined(separator: ", ")))
    }
    return cells.flatMap { cell in
      guard cell.index == cells.first(where: \.isParameters)?.index else { return [cell.source] }
      return [cell.source, parameters.map { "\($0.name) = \($0.code)" }.joined(separator: "\n")]
    }
  }
}
