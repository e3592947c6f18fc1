import Catalog

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes the kernel known to Jupyter: a folder with `kernel.json` and logos
/// (https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs).
public enum KernelSpec {
  /// Where a kernel spec goes.
  public enum Place: Sendable, Equatable {
    /// The person's own Jupyter folder.
    case user
    /// The Python environment at hand: `VIRTUAL_ENV`, `CONDA_PREFIX`, or that of the first
    /// `jupyter` or `python3` of `PATH`.
    case sysPrefix
    /// `DIR/share/jupyter`.
    case prefix(String)
  }

  /// What to install, and where.
  public struct Options: Sendable {
    public var place: Place
    /// Letters, digits, `.`, `-` and `_`; lower-cased, as Jupyter does when it looks one up.
    public var name: String
    public var displayName: String
    /// Variables that the kernel is started with.
    public var environment: [String: String]
    /// Whether a spec of that name that is not Athanor's may be replaced.
    public var replaces: Bool
    /// The program that `kernel.json` starts; nil for the one that runs.
    public var executable: String?

    public init(
      place: Place = .user, name: String = "athanor", displayName: String = "Athanor",
      environment: [String: String] = [:], replaces: Bool = false, executable: String? = nil
    ) {
      self.place = place
      self.name = name
      self.displayName = displayName
      self.environment = environment
      self.replaces = replaces
      self.executable = executable
    }

    /// The place that the flags of the command line say.
    ///
    /// - Throws: `ArgumentError` if they name more than one.
    public static func place(user: Bool, sysPrefix: Bool, prefix: String?) throws -> Place {
      guard [user, sysPrefix, prefix != nil].filter(\.self).count < 2 else {
        throw Failure(
          .argument, "--user, --sys-prefix and --prefix exclude each other",
          advice: "give one of them, or none for --user")
      }
      if let prefix { return .prefix(prefix) }
      return sysPrefix ? .sysPrefix : .user
    }
  }

  /// A kernel spec that is there.
  public struct Installed: Sendable, Equatable {
    public var name: String
    public var displayName: String
    /// The folder that holds `kernel.json`.
    public var folder: String
    /// What it starts.
    public var executable: String
    /// What a person should know: the folder is none that Jupyter searches, the program is gone.
    public var warning: String?
  }

  /// Writes the spec of the running program. One of Athanor's of the same name is replaced.
  ///
  /// - Throws: `ArgumentError` for a name that Jupyter cannot use, `StateError` where another
  ///   language's spec is in the way, `FileError` where the folder cannot be written.
  @discardableResult
  public static func install(_ options: Options = Options()) throws -> Installed {
    let name = try checkedName(options.name)
    let data = try dataFolder(options.place)
    let folder = data + "/kernels/" + name
    if SmallFile.isFolder(folder), !options.replaces, !isOurs(folder) {
      throw Failure(
        .state, "'\(folder)' holds another kernel", advice: "--replace overwrites it")
    }
    let executable = try options.executable ?? runningExecutable()
    try SmallFile.makeFolder(folder)
    let spec = json(
      executable: executable, displayName: options.displayName, environment: options.environment)
    try SmallFile.write(
      Array((spec.indented() + "\n").utf8), to: folder + "/kernel.json", mode: 0o644)
    for (file, bytes) in logos {
      try SmallFile.write(bytes, to: folder + "/" + file, mode: 0o644)
    }
    return installed(name, folder, spec, in: data)
  }

  /// Removes Athanor's spec of that name. Files that are not its own stay, and with them the folder.
  ///
  /// - Returns: The folder.
  /// - Throws: `StateError` if there is none there, or only another language's.
  @discardableResult
  public static func uninstall(_ options: Options = Options()) throws -> String {
    let name = try checkedName(options.name)
    let folder = try dataFolder(options.place) + "/kernels/" + name
    guard SmallFile.isFolder(folder) else {
      throw Failure(
        .state, "no kernel '\(name)' in '\(SmallFile.parent(of: folder))'",
        advice: list().first { $0.name == name }.map { "there is one in '\($0.folder)'" })
    }
    guard isOurs(folder) else { throw Failure(.state, "'\(folder)' holds another kernel") }
    for file in ["kernel.json"] + logos.map(\.name) where unlink(folder + "/" + file) != 0 {
      if errno != ENOENT { throw SmallFile.fault("cannot remove", folder + "/" + file) }
    }
    rmdir(folder)
    return folder
  }

  /// Every spec of Athanor's that Jupyter would find, in the order of its search.
  public static func list() -> [Installed] {
    var found: [Installed] = []
    for data in JupyterFolders().dataFolders {
      let kernels = data + "/kernels"
      for name in SmallFile.names(in: kernels) {
        let folder = kernels + "/" + name
        guard let spec = spec(in: folder), isOurs(spec) else { continue }
        var entry = installed(name, folder, spec, in: data)
        if let other = found.first(where: { $0.name.lowercased() == name.lowercased() }) {
          entry.warning = "hidden by '\(other.folder)'"
        }
        found.append(entry)
      }
    }
    return found
  }

  static func json(
    executable: String, displayName: String = "Athanor", environment: [String: String] = [:]
  ) -> JSON {
    let variables = environment.sorted { $0.key < $1.key }
      .map { JSON.Member(name: $0.key, value: .string($0.value)) }
    return [
      "argv": [.string(executable), "kernel", "-f", "{connection_file}"],
      "display_name": .string(displayName),
      "language": "athanor",
      "interrupt_mode": "message",
      "kernel_protocol_version": "5.5.0",
      "env": .object(variables),
      "metadata": ["debugger": false, "supported_encryption": ["curve"]],
    ]
  }

  private static var logos: [(name: String, bytes: [UInt8])] {
    [
      ("logo-32x32.png", Array(Data(base64Encoded: Logo.png32) ?? Data())),
      ("logo-64x64.png", Array(Data(base64Encoded: Logo.png64) ?? Data())),
      ("logo-svg.svg", Array(Logo.svg.utf8)),
    ]
  }

  private static func checkedName(_ name: String) throws -> String {
    let isUsable =
      !name.isEmpty && name.utf8.count <= 200
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "._-".utf8.contains(byte)
        }
      } && !name.utf8.allSatisfy { $0 == UInt8(ascii: ".") }
    guard isUsable else {
      throw Failure(
        .argument, "'\(name)' cannot name a kernel",
        advice: "letters, digits, '.', '-' and '_' can")
    }
    return name.lowercased()
  }

  private static func dataFolder(_ place: Place) throws -> String {
    let folders = JupyterFolders()
    switch place {
    case .user: return folders.user
    case .prefix(let prefix):
      guard !prefix.isEmpty else { throw Failure(.argument, "--prefix needs a folder") }
      return try absolute(prefix) + "/share/jupyter"
    case .sysPrefix:
      guard let prefix = folders.environmentPrefix else {
        throw Failure(
          .state, "no Python environment is active", advice: "activate one, or use --prefix")
      }
      return prefix + "/share/jupyter"
    }
  }

  private static func absolute(_ path: String) throws -> String {
    if path.hasPrefix("/") { return path }
    guard let folder = getcwd(nil, 0) else { throw SmallFile.fault("cannot find", ".") }
    defer { free(folder) }
    return String(cString: folder) + "/" + path
  }

  /// The absolute path of the program that runs: front ends start kernels with another `PATH`.
  private static func runningExecutable() throws -> String {
    #if canImport(Glibc)
      var bytes = [CChar](repeating: 0, count: 4096)
      let count = readlink("/proc/self/exe", &bytes, bytes.count)
      guard count > 0, count < bytes.count else {
        throw SmallFile.fault("cannot read", "/proc/self/exe")
      }
      return String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    #else
      let first = CommandLine.arguments.first ?? ""
      guard let path = realpath(first, nil) else { throw SmallFile.fault("cannot find", first) }
      defer { free(path) }
      return String(cString: path)
    #endif
  }

  private static func spec(in folder: String) -> JSON? {
    guard let bytes = try? SmallFile.read(folder + "/kernel.json") else { return nil }
    return try? JSON(parsing: bytes)
  }

  private static func isOurs(_ folder: String) -> Bool {
    // A folder without a spec is nobody's: what an interrupted installation leaves.
    spec(in: folder).map(isOurs) ?? (access(folder + "/kernel.json", F_OK) != 0)
  }

  private static func isOurs(_ spec: JSON) -> Bool { spec["language"]?.text == "athanor" }

  private static func installed(
    _ name: String, _ folder: String, _ spec: JSON, in data: String
  ) -> Installed {
    let executable = spec["argv"]?.items?.first?.text ?? ""
    var warning: String?
    if !JupyterFolders().dataFolders.contains(data) {
      warning = "Jupyter does not search '\(data)': add it to JUPYTER_PATH"
    }
    if access(executable, X_OK) != 0 { warning = "'\(executable)' cannot be started" }
    return Installed(
      name: name, displayName: spec["display_name"]?.text ?? name, folder: folder,
      executable: executable, warning: warning)
  }
}
