/// What an `execute_request` asks for.
struct ExecuteContent {
  var code: String
  var isSilent: Bool
  var isRecorded: Bool
  /// Name and expression of each, in the order in which they came.
  var expressions: [(name: String, code: String)]
  var allowsInput: Bool
  var stopsOnError: Bool

  /// - Throws: `WireFault` where a member has the wrong type. Missing ones have the values of
  ///   Jupyter messaging 5.5; nobody is asked anything unless the client says that it can answer.
  init(_ content: JSON) throws(WireFault) {
    guard let code = content["code"]?.text else { throw WireFault("'code' needs a string") }
    self.code = code
    isSilent = try ExecuteContent.flag(content, "silent", default: false)
    isRecorded = try ExecuteContent.flag(content, "store_history", default: !isSilent) && !isSilent
    allowsInput = try ExecuteContent.flag(content, "allow_stdin", default: false)
    stopsOnError = try ExecuteContent.flag(content, "stop_on_error", default: true)
    expressions = []
    switch content["user_expressions"] {
    case .object(let members):
      for member in members {
        guard let code = member.value.text else {
          throw WireFault("'user_expressions' needs strings")
        }
        expressions.append((member.name, code))
      }
    case nil, .null: break
    default: throw WireFault("'user_expressions' needs an object")
    }
  }

  private static func flag(
    _ content: JSON, _ name: String, default fallback: Bool
  ) throws(WireFault) -> Bool {
    switch content[name] {
    case nil, .null: return fallback
    case .bool(let flag): return flag
    default: throw WireFault("'\(name)' needs true or false")
    }
  }
}
