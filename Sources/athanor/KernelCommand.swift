public import ArgumentParser
public import Jupyter
import Lab

/// `athanor kernel`: what Jupyter starts, and how it gets to know of it.
struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Serve Jupyter, or make the kernel known to it.",
    subcommands: [Install.self, Uninstall.self, List.self])

  @Option(
    name: [.customShort("f"), .customLong("connection-file")],
    help: ArgumentHelp(
      "The connection file that Jupyter wrote; without one, the kernel writes its own.",
      valueName: "file"))
  var connectionFile: String?

  @Option(help: ArgumentHelp("Append the log to a file, not to standard error.", valueName: "file"))
  var logFile: String?

  @Option(help: "quiet; info: what is dropped; debug: every message that comes, too.")
  var logLevel: KernelLog.Level = .info

  mutating func run() throws {
    try KernelLog.use(file: logFile, level: logLevel)
    if let connectionFile {
      throw try Ending(Kernel.run(connectionFile: connectionFile, factory: Lab.makeSession))
    }
    throw try Ending(Kernel.run(factory: Lab.makeSession))
  }
}

extension KernelLog.Level: ExpressibleByArgument {}

/// Where a kernel spec is, by name and folder.
struct SpecOptions: ParsableArguments {
  @Flag(help: "The person's own Jupyter folder (this is the default).")
  var user = false

  @Flag(help: "The Python environment at hand.")
  var sysPrefix = false

  @Option(help: ArgumentHelp("The folder share/jupyter under this one.", valueName: "dir"))
  var prefix: String?

  @Option(help: "The name that Jupyter looks it up by.")
  var name = "athanor"

  func options() throws -> KernelSpec.Options {
    let place = try KernelSpec.Options.place(user: user, sysPrefix: sysPrefix, prefix: prefix)
    return KernelSpec.Options(place: place, name: name)
  }
}

extension KernelCommand {
  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the kernel known to Jupyter.")

    @OptionGroup var spec: SpecOptions

    @Option(help: "The name that people see.")
    var displayName = "Athanor"

    @Option(
      name: .customLong("env"), parsing: .singleValue,
      help: ArgumentHelp("A variable to start the kernel with.", valueName: "name=value"))
    var environment: [String] = []

    @Flag(help: "Replace a kernel of that name that is not Athanor's.")
    var replace = false

    func validate() throws {
      for pair in environment where !pair.contains("=") || pair.hasPrefix("=") {
        throw ValidationError("'\(pair)' is not name=value")
      }
    }

    mutating func run() throws {
      var options = try spec.options()
      options.displayName = displayName
      options.replaces = replace
      for pair in environment {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        options.environment[String(parts[0])] = String(parts[1])
      }
      let installed = try KernelSpec.install(options)
      print("installed '\(installed.name)' in \(installed.folder)")
      if let warning = installed.warning { print("warning: \(warning)") }
    }
  }

  struct Uninstall: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take the kernel from Jupyter.")

    @OptionGroup var spec: SpecOptions

    mutating func run() throws {
      print("removed \(try KernelSpec.uninstall(spec.options()))")
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the kernels of Athanor that Jupyter finds.")

    mutating func run() throws {
      let specs = KernelSpec.list()
      if specs.isEmpty { print("none; 'athanor kernel install' makes one") }
      for spec in specs {
        print("\(spec.name)  \(spec.displayName)  \(spec.folder)")
        if let warning = spec.warning { print("  warning: \(warning)") }
      }
    }
  }
}
