import Catalog

extension Declaration {
  /// A declaration whose body gets the session it is called in.
  static func command<each Type: ArgumentType, Result: Answer>(
    _ name: String, aliases: [String] = [], _ summary: String, details: String = "",
    _ arguments: repeat Argument<each Type>, examples: [String] = [], keywords: [String] = [],
    body: @escaping @Sendable (Session, repeat each Type) throws -> Result
  ) -> Declaration {
    Declaration(
      named: name, aliases: aliases, summary, details: details, repeat each arguments,
      examples: examples, keywords: keywords
    ) { (context: any CallContext, values: repeat each Type) in
      guard let session = context as? Session else {
        throw Failure(.state, "'\(name)' works inside a session only")
      }
      return try body(session, repeat each values)
    }
  }
}
