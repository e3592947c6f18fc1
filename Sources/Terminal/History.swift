import CReadline
import Glibc

/// Past inputs, kept across sessions in a file that only its owner can read.
///
/// One input a line, oldest first; a line break inside an input is written `\n` and a backslash
/// `\\`. An input that starts with a space is not kept; of equal ones the newest.
struct History {
  /// Inputs that are kept.
  static let limit = 10_000
  /// Bytes at the end of the file that are read.
  private static let largest = 8 << 20

  private let path: String?
  /// What readline has, oldest first.
  private var inputs: [String] = []

  /// Reads the past from a folder, which is made if it is not there. With no folder, or one that
  /// cannot be used, the past is that of this session only.
  init(folder: String?) {
    guard let folder, History.makeFolder(folder) else {
      path = nil
      return
    }
    path = folder + "/history"
  }

  /// Gives all past inputs to readline.
  mutating func load() {
    using_history()
    stifle_history(Int32(History.limit))
    guard let path, let bytes = History.tail(of: path) else { return }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    var seen: Set<String> = []
    for line in lines.suffix(History.limit).reversed() {
      let input = History.decoded(String(decoding: line, as: UTF8.self))
      if seen.insert(input).inserted { inputs.append(input) }
    }
    inputs.reverse()
    for input in inputs { add_history(input) }
    if lines.count > 2 * History.limit { rewrite(lines.suffix(History.limit)) }
  }

  /// Keeps an input, unless it is to be forgotten.
  mutating func add(_ input: String) {
    guard !input.isEmpty, !input.hasPrefix(" "), input != inputs.last, !input.contains("\0")
    else { return }
    remember(input)
    guard let path else { return }
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { return }
    fchmod(file, 0o600)
    // One write, so that two programs that share the file do not mix their lines.
    Outlet(descriptor: file).write(History.encoded(input) + "\n")
    close(file)
  }

  /// Gives an input to readline in place of an older equal one.
  private mutating func remember(_ input: String) {
    if let index = inputs.firstIndex(of: input), let entry = remove_history(Int32(index)) {
      inputs.remove(at: index)
      free_history_entry(entry)
    }
    inputs.append(input)
    add_history(input)
    if inputs.count > History.limit { inputs.removeFirst() }
  }

  static func encoded(_ input: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in input.unicodeScalars {
      switch scalar {
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
      case "\r": break
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  static func decoded(_ line: String) -> String {
    var result = String.UnicodeScalarView()
    var rest = line.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\\", let next = rest.first else {
        if scalar.value != 0 { result.append(scalar) }
        continue
      }
      rest.removeFirst()
      switch next {
      case "n": result.append("\n")
      case "\\": result.append("\\")
      default:
        result.append(scalar)
        result.append(next)
      }
    }
    return String(result)
  }

  /// Makes a folder and those above it; new ones are for their owner alone.
  private static func makeFolder(_ path: String) -> Bool {
    var status = stat()
    if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return false }
    return makeFolder(String(path[..<slash])) && (mkdir(path, 0o700) == 0 || errno == EEXIST)
  }

  /// The last lines of a file, from the first whole one.
  private static func tail(of path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let size = Int(status.st_size)
    let start = max(0, size - largest)
    var bytes = [UInt8](repeating: 0, count: size - start)
    var filled = 0
    while filled < bytes.count {
      let count = bytes[filled...].withUnsafeMutableBytes {
        pread(file, $0.baseAddress, $0.count, off_t(start + filled))
      }
      guard count > 0 else { break }
      filled += count
    }
    bytes.removeLast(bytes.count - filled)
    guard start > 0, let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return bytes }
    return Array(bytes[(end + 1)...])
  }

  /// Replaces the file by its newest lines.
  private func rewrite(_ lines: ArraySlice<ArraySlice<UInt8>>) {
    guard let path else { return }
    let temporary = path + ".\(getpid())"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let text = lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    Outlet(descriptor: file).write(text + "\n")
    let isSafe = fsync(file) == 0
    close(file)
    if !isSafe || rename(temporary, path) != 0 { unlink(temporary) }
  }
}
