#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder as Hugging Face and timm publish a network in: weights beside a `config.json`.
public enum WeightsFolder {
  /// Names of the weights, the first that is there counts.
  public static let names = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
    "pytorch_model.bin.index.json", "model.pth",
  ]

  /// The file with the weights; nil where `path` is no folder or has none of the names.
  public static func file(in path: String) -> String? {
    guard isFolder(path) else { return nil }
    return names.lazy.map { joined(path, $0) }.first { isThere($0) }
  }

  /// Whether there is a folder of that name.
  public static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether there is anything of that name.
  public static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// A name inside a folder.
  public static func joined(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
