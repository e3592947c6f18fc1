/// Where history, records and caches of the person are kept: `$ATHANOR_HOME`, else the folder
/// `athanor` in the XDG state folder (XDG Base Directory Specification 0.8); nil for people without
/// a home.
///
/// - Parameter variable: Looks up a variable of the environment.
public func stateFolder(_ variable: (String) -> String?) -> String? {
  if let home = variable("ATHANOR_HOME"), !home.isEmpty { return home }
  if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/athanor" }
  guard let home = variable("HOME"), !home.isEmpty else { return nil }
  return home + "/.local/state/athanor"
}
