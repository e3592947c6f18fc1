public import Catalog

/// A failure and the place in the source that it is about.
///
/// One reference wide: an error of a hundred bytes would make every frame of the evaluator's
/// recursion larger.
public struct Diagnostic: Error, Sendable {
  /// A call of a function written in the language.
  public struct Caller: Sendable {
    public let name: String
    public let source: SourceText
    public let span: Span
  }

  private final class Content: Sendable {
    let failure: Failure
    let source: SourceText
    let span: Span
    let calls: [Caller]

    init(_ failure: Failure, _ source: SourceText, _ span: Span, _ calls: [Caller]) {
      self.failure = failure
      self.source = source
      self.span = span
      self.calls = calls
    }
  }

  private let content: Content

  public init(_ failure: Failure, in source: SourceText, at span: Span, calls: [Caller] = []) {
    content = Content(failure, source, span, calls)
  }

  public var failure: Failure { content.failure }
  public var source: SourceText { content.source }
  public var span: Span { content.span }
  /// The calls of functions that led there, the innermost first.
  public var calls: [Caller] { content.calls }

  /// The same with one more call around it.
  func called(by caller: Caller) -> Diagnostic {
    Diagnostic(failure, in: source, at: span, calls: calls + [caller])
  }

  /// The kind as a notebook names it: `ArgumentError`.
  public var name: String { failure.kind.rawValue }
  public var message: String { failure.message }
  public var isInterruption: Bool { failure.kind == .interrupted }

  /// The whole text, one line each, without colour:
  ///
  ///     error: resnet18 has no argument 'clases'
  ///       4 | student = resnet18(clases=10)
  ///         |                    ^^^^^^  did you mean 'classes'?
  ///       resnet18(classes=1000, channels=3, weights=none)
  ///
  /// Input from a named file has a line `file.ath:4:19` below the message.
  public func lines(width: Int = 80) -> [String] {
    if isInterruption { return [message] }
    var lines = ["error: " + oneLine(message)]
    if source.isNamed { lines.append("  " + place(source, span)) }
    lines += Excerpt(source, span, width: width).lines(advice: failure.advice.map(oneLine))
    if let usage = failure.usage { lines += wrappedUsage(oneLine(usage), width: width) }
    for caller in calls.prefix(4) {
      lines.append("  in \(caller.name), called from \(line(of: caller))")
    }
    if calls.count > 4 { lines.append("  … and \(calls.count - 4) more calls") }
    return lines
  }

  private func place(_ source: SourceText, _ span: Span) -> String {
    let (line, column) = source.position(of: span.start)
    return "\(oneLine(source.origin)):\(line):\(column)"
  }

  private func line(of caller: Caller) -> String {
    if caller.source.isNamed { return place(caller.source, caller.span) }
    return "line \(caller.source.position(of: caller.span.start).line)"
  }
}

extension Diagnostic: Explained {}

/// A text without line ends and other controls, which could move a terminal's cursor.
func oneLine(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars { result.append(isControl(scalar) ? " " : scalar) }
  return String(result)
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0)
}

/// `name(argument=default, …)` in lines of at most `width` columns, broken behind commas.
func wrappedUsage(_ usage: String, width: Int, indent: String = "  ") -> [String] {
  var lines: [String] = []
  var line = indent
  var rest = Substring(usage)
  while !rest.isEmpty {
    var part = rest
    if let comma = rest.firstRange(ofSeparator: ", ") { part = rest[..<comma] }
    rest = rest[part.endIndex...]
    if columns(of: line) + columns(of: String(part)) > width, line.contains(where: { $0 != " " }) {
      while line.hasSuffix(" ") { line.removeLast() }
      lines.append(line)
      line = indent + "  "
      while part.hasPrefix(" ") { part.removeFirst() }
    }
    line += part
  }
  lines.append(line)
  return lines
}

extension Substring {
  /// The index behind the first `separator`, or nil.
  fileprivate func firstRange(ofSeparator separator: String) -> Index? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(separator) {
        return self.index(index, offsetBy: separator.count)
      }
      index = self.index(after: index)
    }
    return nil
  }
}
