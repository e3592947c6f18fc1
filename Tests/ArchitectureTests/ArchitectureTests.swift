import Foundation
import Testing

/// The shape of the code, kept true by reading it.
@Suite("Architecture")
struct ArchitectureTests {
  /// Which of our modules each module may import: an arrow that is not here does not exist.
  static let arrows: [String: Set<String>] = [
    "Catalog": [],
    "Conversation": ["Catalog"],
    "Language": ["Catalog"],
    "Tensors": ["CKernels", "COpenBLAS"],
    "Layers": ["Tensors"],
    "Graphs": ["Catalog", "Tensors", "Layers", "CKernels"],
    "Checkpoints": ["Catalog", "Tensors", "CZlib"],
    "Images": ["Catalog", "CKernels", "CTurboJPEG", "CPNG"],
    "Models": ["Catalog", "Tensors", "Layers", "Checkpoints", "Images"],
    "Losses": ["Catalog", "Tensors", "Layers"],
    "Optimizers": ["Catalog", "Tensors", "Layers", "CKernels"],
    "Datasets": ["Catalog", "Tensors", "Checkpoints", "Images"],
    "Training": [
      "Catalog", "Tensors", "Layers", "Graphs", "Models", "Losses", "Optimizers", "Datasets",
      "Checkpoints", "Images",
    ],
    "Records": [],
    "Plots": ["Catalog"],
    "Lab": [
      "Catalog", "Conversation", "Language", "Tensors", "Layers", "Graphs", "Models", "Losses",
      "Optimizers", "Datasets", "Checkpoints", "Images", "Training", "Records", "Plots",
    ],
    "Benchmarks": [
      "Catalog", "CKernels", "Tensors", "Images", "Models", "Losses", "Optimizers", "Datasets",
      "Training",
    ],
    "Transcripts": ["Catalog", "Conversation"],
    "Terminal": ["Catalog", "Conversation", "CReadline"],
    "Jupyter": ["Catalog", "Conversation", "CZeroMQ"],
    "athanor": [
      "Benchmarks", "Catalog", "Conversation", "Lab", "Plots", "Tensors", "Transcripts",
      "Terminal", "Jupyter",
    ],
  ]

  static let cModules: Set = [
    "CKernels", "COpenBLAS", "CPNG", "CReadline", "CTurboJPEG", "CZeroMQ", "CZlib",
  ]

  /// Packages by the only module that may use them.
  static let packages: [String: String] = [
    "GRDB": "Records", "Crypto": "Jupyter", "ArgumentParser": "athanor",
  ]

  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func files(_ folder: String, _ endings: Set<String>) -> [URL] {
    let base = root.appending(path: folder)
    let walker = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
    return (walker?.compactMap { $0 as? URL } ?? []).filter {
      endings.contains($0.pathExtension)
    }.sorted { $0.path < $1.path }
  }

  @Test("every module has its arrows, and no others")
  func imports() throws {
    let ours = Set(Self.arrows.keys).union(Self.cModules)
    let importing =
      /^(?:public |internal |private |@testable )*import (?:struct |enum |class |func )?(\w+)/
    var seen: Set<String> = []
    for file in Self.files("Sources", ["swift"]) {
      let path = file.path.dropFirst(Self.root.path.count + "/Sources/".count)
      let module = String(path.prefix { $0 != "/" })
      let allowed = try #require(Self.arrows[module], "\(module) is not in the picture")
      seen.insert(module)
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        guard let match = line.firstMatch(of: importing) else { continue }
        let name = String(match.1)
        if ours.contains(name) {
          #expect(allowed.contains(name), "\(path) imports \(name)")
        }
        if let owner = Self.packages[name] {
          #expect(owner == module, "\(path) imports \(name), which belongs to \(owner)")
        }
        if Self.cModules.contains(name) {
          #expect(!line.hasPrefix("public"), "\(path) lets C types of \(name) out")
        }
        #expect(module != "Catalog", "\(path) imports \(name)")
      }
    }
    #expect(seen == Set(Self.arrows.keys))
  }

  @Test("files have at most 400 lines")
  func fileLengths() throws {
    for file in Self.files("Sources", ["swift", "c", "h"]) {
      let lines = try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false)
      // Data that was generated, one literal a file, is no code to be read.
      if lines.contains(where: { $0.hasPrefix("// Generated from") }) { continue }
      #expect(lines.count <= 401, "\(file.lastPathComponent) has \(lines.count) lines")
    }
  }

  @Test("functions have at most 60 lines")
  func functionLengths() throws {
    for file in Self.files("Sources", ["swift"]) {
      let lines = try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false)
      var index = 0
      while index < lines.count {
        let line = lines[index]
        let indent = line.prefix { $0 == " " }.count
        let text = line.dropFirst(indent)
        guard text.contains("func "), !text.hasPrefix("//"), !text.hasPrefix("*"),
          let end = lines[(index + 1)...].firstIndex(where: {
            $0.prefix { $0 == " " }.count == indent && $0.dropFirst(indent).hasPrefix("}")
          }), !text.hasSuffix("}")
        else {
          index += 1
          continue
        }
        // A declaration in a protocol has no body: the brace found is somebody else's.
        let isBody = lines[index..<end].contains { $0.hasSuffix("{") }
        if isBody {
          #expect(
            end - index <= 60, "\(file.lastPathComponent):\(index + 1) has \(end - index) lines")
        }
        index += 1
      }
    }
  }

  @Test("no marks of unfinished or trapping code")
  func marks() throws {
    let forbidden = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "try" + "!", "fatal" + "Error("]
    for file in Self.files("Sources", ["swift", "c", "h"]) {
      let text = try String(contentsOf: file, encoding: .utf8)
      for mark in forbidden {
        #expect(!text.contains(mark), "\(file.lastPathComponent) contains \(mark)")
      }
    }
  }

  @Test("nothing else at the top level")
  func topLevel() throws {
    let allowed: Set = [
      "Package.swift", "Sources", "Tests", "notebooks", "kernelspec", "README.md",
      "Package.resolved",
    ]
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.root.path)
    where !name.hasPrefix(".") {
      #expect(allowed.contains(name), "\(name) does not belong there")
    }
  }
}
