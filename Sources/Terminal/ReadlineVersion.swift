import CReadline

extension REPL {
  /// Of the line editing library: "8.2".
  public static var readlineVersion: String { String(cString: line_library_version()) }

  /// Whether the terminal's encoding shows all characters.
  public static var usesUnicode: Bool { Encoding.select(.process) }
}
