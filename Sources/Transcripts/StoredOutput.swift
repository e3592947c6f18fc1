import Catalog
import Conversation

/// The outputs of a notebook's cell as nbformat 4 stores them.
enum StoredOutput {
  /// What a reader without pictures sees, as lines.
  static func lines(of outputs: [JSON]) -> [String] {
    var text = ""
    for output in outputs {
      switch output["output_type"]?.string {
      case "stream": text += output["text"]?.joinedText ?? ""
      case "error":
        if !text.isEmpty, text.last != "\n" { text += "\n" }
        let lines = (output["traceback"]?.array ?? []).compactMap(\.string)
        text += lines.joined(separator: "\n") + "\n"
      default:
        guard let plain = output["data"]?["text/plain"]?.joinedText else { continue }
        if !text.isEmpty, text.last != "\n" { text += "\n" }
        text += plain + "\n"
      }
    }
    return text.outputLines
  }

  /// What a session showed, to be stored. Pages are shown aside and not kept.
  static func outputs(of recording: Recording, number: JSON) -> [JSON] {
    recording.outputs.compactMap { output in
      switch output {
      case .stream(let name, let text):
        .object([
          .init("name", .string(name)), .init("output_type", .string("stream")),
          .init("text", JSON(lines: text)),
        ])
      case .display(let display, _):
        .object([
          .init("data", data(of: display)), .init("metadata", .object([])),
          .init("output_type", .string("display_data")),
        ])
      case .result(let display):
        .object([
          .init("data", data(of: display)), .init("execution_count", number),
          .init("metadata", .object([])), .init("output_type", .string("execute_result")),
        ])
      case .error(let report):
        .object([
          .init("ename", .string(report.name)), .init("evalue", .string(report.message)),
          .init("output_type", .string("error")),
          .init("traceback", .array(report.lines.map { .string($0) })),
        ])
      case .page: nil
      }
    }
  }

  /// All forms by media type, in alphabetical order as nbformat writes them.
  private static func data(of display: Display) -> JSON {
    var members = display.forms.map { form in
      JSON.Member(form.mediaType, content(of: form))
    }
    members.append(.init("text/plain", JSON(lines: display.plain)))
    return .object(members.sorted { $0.name < $1.name })
  }

  private static func content(of form: Display.Form) -> JSON {
    let isJSON = form.mediaType == "application/json" || form.mediaType.hasSuffix("+json")
    if isJSON, let value = try? JSONReader.read(Array(form.content.utf8), name: form.mediaType) {
      return value
    }
    // Base64 stays in one piece.
    return form.mediaType == "image/png" ? .string(form.content) : JSON(lines: form.content)
  }

  /// Whether two lists of outputs have the same forms, their pictures equal but for small
  /// differences of numbers.
  static func areAlike(_ stored: [JSON], _ new: [JSON]) -> Bool {
    guard stored.count == new.count else { return false }
    return zip(stored, new).allSatisfy { stored, new in
      guard stored["output_type"] == new["output_type"],
        types(of: stored) == types(of: new)
      else { return false }
      return types(of: new).allSatisfy { type in
        guard type == "image/svg+xml", let before = stored["data"]?[type]?.joinedText,
          let after = new["data"]?[type]?.joinedText
        else { return true }
        return Comparison(expected: before.outputLines, got: after.outputLines).isEqual
      }
    }
  }

  private static func types(of output: JSON) -> [String] {
    guard case .object(let members) = output["data"] else { return [] }
    return members.map(\.name).sorted()
  }
}
