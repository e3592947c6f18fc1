import Catalog

/// Calls about text and values in general.
enum TextCalls {
  static var declarations: [Declaration] { [print, warn, format, str, number, type, keys] }

  private static let print = Declaration(
    named: "print", "Prints values on one line.",
    details: "Values are printed in their one-line form, strings without quotes.",
    Argument<Rest<Value>>("values", "What to print."),
    Argument("sep", "Text between two values.", default: " "),
    Argument("end", "Text behind the last value.", default: "\n"),
    examples: ["print(\"hello\", 1 + 2)", "print(1, 2, 3, sep=\", \")"],
    keywords: ["output", "write", "echo", "show"]
  ) { context, values, separator, end in
    let text = values.items.map { $0.line() }.joined(separator: separator)
    try context.writing().write(text + end, toError: false)
    return Value.none
  }

  private static let warn = Declaration(
    named: "warn", "Prints a line on standard error.",
    Argument<Value>("text", "What to print."),
    examples: ["warn(\"the teacher is weaker than the student\")"],
    keywords: ["stderr", "error", "output"]
  ) { context, value in
    try context.writing().write(value.line() + "\n", toError: true)
    return Value.none
  }

  private static let format = Declaration(
    "format", "Text made from a template and values.",
    details: """
      The template's fields are filled as Python's `str.format` does: `{}` takes the next value, \
      `{0}` a value by its place, `{name}` one by its name. Behind a colon stands \
      `[[fill]align][sign][0][width][,][.digits][type]`: align is one of `< > ^ =`, type one of \
      `d f e g % s x o b`. `{{` and `}}` are braces.
      """,
    Argument<String>("template", "Text with fields."),
    Argument<Rest<Value>>("values", "Values of the fields, in order."),
    Argument<Names>("names", "Values of the named fields."),
    examples: [
      "format(\"{:.2f}\", 3.14159)", "format(\"{:>8} {:,}\", \"ab\", 1234567)",
      "format(\"{acc:.1%}\", acc=0.913)",
    ],
    keywords: ["string", "template", "digits", "round", "interpolate"]
  ) { template, values, names in
    let text = try FormatTemplate(template).apply(values.items, names.items)
    try ValueLimits.check(bytes: text.utf8.count)
    return text
  }

  private static let str = Declaration(
    "str", "The one-line form of a value, as a string.",
    Argument<Value>("value", "Anything."),
    examples: ["str(0.5) + \" of all\""], keywords: ["string", "text", "convert"]
  ) { value in value.line() }

  private static let number = Declaration(
    "number", "The number that a string is, or 1 and 0 for true and false.",
    Argument<Value>("value", "A string such as \"1.5e-3\"."),
    examples: ["number(\"1_000\") + 1"], keywords: ["float", "int", "convert", "parse"]
  ) { value in
    switch value {
    case .number(let number): return number
    case .bool(let flag): return flag ? 1 : 0
    case .string(let text):
      if let number = parsedNumber(text) { return number }
      throw Failure(
        .value, "\(short(value)) is not a number", site: .positional(0))
    default:
      throw Failure(
        .type, "number needs a string, got \(short(value))", site: .positional(0))
    }
  }

  private static let type = Declaration(
    "type", "The kind of a value: \"number\", \"list\", \"model\".",
    Argument<Value>("value", "Anything."),
    examples: ["type([1, 2])"], keywords: ["kind", "class"]
  ) { value in value.kind }

  private static let keys = Declaration(
    "keys", "The names of a value's members.",
    Argument<Value>("value", "Anything with members: a run, a model, a data set."),
    examples: ["keys(1)"], keywords: ["members", "fields", "attributes", "dir"]
  ) { value -> [String] in
    if case .object(let object) = value { return object.memberNames }
    return []
  }

  /// A number as the language writes it, with an optional sign and blanks around it.
  private static func parsedNumber(_ text: String) -> Double? {
    let source = SourceText(text)
    var tokens = Lexer.tokens(of: source).tokens.filter { $0.kind != .newline }
    guard tokens.popLast()?.kind == .end else { return nil }
    var sign = 1.0
    if tokens.count == 2, tokens[0].kind == .minus || tokens[0].kind == .plus {
      sign = tokens.removeFirst().kind == .minus ? -1 : 1
    }
    guard tokens.count == 1 else { return nil }
    switch (tokens[0].kind, source[tokens[0].span]) {
    case (.number, let digits): return Literal.number(digits).map { sign * $0 }
    case (.name, "inf"): return sign * .infinity
    case (.name, "nan"): return .nan
    default: return nil
    }
  }
}
