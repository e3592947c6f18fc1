#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where Jupyter keeps its data (Jupyter documentation, "Common directories and file locations").
struct JupyterFolders {
  private let environment: (String) -> String?

  /// - Parameter environment: Looks a variable up; empty ones count as not set.
  init(
    environment: @escaping (String) -> String? = { name in
      getenv(name).map { String(cString: $0) }
    }
  ) {
    self.environment = { name in environment(name).flatMap { $0.isEmpty ? nil : $0 } }
  }

  /// The person's own data folder.
  var user: String {
    if let folder = environment("JUPYTER_DATA_DIR") { return folder }
    let home = environment("HOME") ?? "."
    #if os(macOS)
      return home + "/Library/Jupyter"
    #else
      return (environment("XDG_DATA_HOME") ?? home + "/.local/share") + "/jupyter"
    #endif
  }

  var runtime: String { environment("JUPYTER_RUNTIME_DIR") ?? user + "/runtime" }

  /// The prefix of the Python environment at hand, whose `jupyter` would be started; nil if there
  /// is no sign of one.
  var environmentPrefix: String? {
    if let prefix = environment("VIRTUAL_ENV") ?? environment("CONDA_PREFIX") { return prefix }
    let folders = (environment("PATH") ?? "").split(separator: ":")
    for program in ["jupyter", "python3"] {
      for folder in folders where access("\(folder)/\(program)", X_OK) == 0 {
        return SmallFile.parent(of: String(folder))
      }
    }
    return nil
  }

  /// Folders in which Jupyter looks for `kernels`, the first found counting.
  var dataFolders: [String] {
    var folders = (environment("JUPYTER_PATH") ?? "").split(separator: ":").map(String.init)
    folders.append(user)
    if let environmentPrefix { folders.append(environmentPrefix + "/share/jupyter") }
    folders += ["/usr/local/share/jupyter", "/usr/share/jupyter"]
    var seen: Set<String> = []
    return folders.filter { seen.insert($0).inserted }
  }
}
