import Glibc

/// The character encoding of the terminal.
enum Encoding {
  /// Selects the encoding that the environment names, and says whether it is UTF-8.
  ///
  /// Where nothing is named, as in a bare container, UTF-8 is taken: an explicit `LC_ALL=C` asks for
  /// ASCII, silence does not.
  static func select(_ environment: Environment) -> Bool {
    setlocale(LC_CTYPE, "")
    if isUTF8 { return true }
    if environment.has("LC_ALL") { return false }
    return setlocale(LC_CTYPE, "C.UTF-8") != nil && isUTF8
  }

  private static var isUTF8: Bool {
    guard let name = nl_langinfo(Int32(CODESET)) else { return false }
    return String(cString: name) == "UTF-8"
  }
}
