import Catalog
import Conversation

/// Replies that look at code without executing it. Positions count code points.
enum Introspection {
  static func completion(_ content: JSON, _ interpreter: any Interpreter) -> JSON {
    guard let (code, cursor) = position(content) else { return fault }
    let completions = interpreter.complete(code, at: cursor)
    let start = JSON.integer(completions.range.lowerBound)
    let end = JSON.integer(completions.range.upperBound)
    let types = completions.items.map { item -> JSON in
      [
        "text": .string(item.text), "type": .string(item.type), "start": start, "end": end,
        "signature": .string(item.signature),
      ]
    }
    return [
      "status": "ok", "matches": .array(completions.items.map { .string($0.text) }),
      "cursor_start": start, "cursor_end": end,
      // JupyterLab shows kinds and signatures from here.
      "metadata": ["_jupyter_types_experimental": .array(types)],
    ]
  }

  static func inspection(_ content: JSON, _ interpreter: any Interpreter) -> JSON {
    guard let (code, cursor) = position(content) else { return fault }
    let isDetailed = (content["detail_level"]?.whole ?? 0) > 0
    let found = interpreter.inspect(code, at: cursor, detailed: isDetailed)
    return [
      "status": "ok", "found": .bool(found != nil), "data": found.map(mimeBundle) ?? [:],
      "metadata": [:],
    ]
  }

  static func completeness(_ content: JSON, _ interpreter: any Interpreter) -> JSON {
    guard let code = content["code"]?.text else { return ["status": "unknown"] }
    return switch interpreter.completeness(code) {
    case .complete: ["status": "complete"]
    case .incomplete(let indent): ["status": "incomplete", "indent": .string(indent)]
    case .invalid: ["status": "invalid"]
    }
  }

  /// The code and the cursor in it, at its end where the request names no place.
  private static func position(_ content: JSON) -> (String, Int)? {
    guard let code = content["code"]?.text else { return nil }
    let count = code.unicodeScalars.count
    return (code, min(max(content["cursor_pos"]?.whole ?? count, 0), count))
  }

  private static let fault = ErrorContent("the request needs 'code', a string").reply
}
