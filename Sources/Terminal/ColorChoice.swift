/// Whether text is coloured, as `--color` says it.
public enum ColorChoice: String, Sendable, CaseIterable {
  case auto, always, never

  /// Decides for one output: the flag first, then `NO_COLOR`, then `CLICOLOR_FORCE` and
  /// `FORCE_COLOR`, then whether a terminal that knows colours is there.
  ///
  /// Sources: no-color.org; bixense.com/clicolors.
  public func isOn(environment: Environment, isTerminal: Bool) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto: break
    }
    if environment.has("NO_COLOR") { return false }
    for name in ["CLICOLOR_FORCE", "FORCE_COLOR"] where environment.has(name) {
      if environment[name] != "0" { return true }
    }
    return isTerminal && !environment.isDumb && environment["CLICOLOR"] != "0"
  }
}
