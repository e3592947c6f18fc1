// swift-tools-version: 6.1
import PackageDescription

/// Flags of every Swift target: imports are private unless said otherwise, so the arrows between
/// modules are exactly the dependencies below.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

/// Numeric loops are optimised in every configuration: a debug build would be ten times slower.
let fast: [CSetting] = [
  .unsafeFlags(["-O3", "-ffp-contract=fast", "-fno-math-errno", "-Wall", "-Wextra"])
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func system(_ name: String, _ package: String) -> Target {
  .systemLibrary(name: name, providers: [.apt([package])])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "Athanor",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "athanor", targets: ["athanor"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .target(name: "CKernels", cSettings: fast),
    system("COpenBLAS", "libopenblas-dev"),
    system("CPNG", "libpng-dev"),
    system("CReadline", "libreadline-dev"),
    system("CTurboJPEG", "libturbojpeg0-dev"),
    system("CZeroMQ", "libzmq3-dev"),
    system("CZlib", "zlib1g-dev"),

    library("Catalog"),
    library("Conversation", ["Catalog"]),
    library("Language", ["Catalog"]),

    library("Tensors", ["CKernels", "COpenBLAS"]),
    library("Layers", ["Tensors"]),
    library("Graphs", ["Catalog", "Tensors", "Layers", "CKernels"]),
    library("Checkpoints", ["Catalog", "Tensors", "CZlib"]),
    library("Images", ["Catalog", "CKernels", "CTurboJPEG", "CPNG"]),
    library("Models", ["Catalog", "Tensors", "Layers", "Checkpoints", "Images"]),
    library("Losses", ["Catalog", "Tensors", "Layers", "Models", "Optimizers"]),
    library("Optimizers", ["Catalog", "Tensors", "Layers", "CKernels"]),
    library("Datasets", ["Catalog", "Tensors", "Checkpoints", "Images"]),
    library(
      "Training",
      [
        "Catalog", "Tensors", "Layers", "Graphs", "Models", "Losses", "Optimizers", "Datasets",
        "Checkpoints", "Images",
      ]),
    .target(
      name: "ONNX",
      dependencies: [
        "Catalog", "Checkpoints", "Graphs", "Images", "Layers", "Models", "Tensors",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["onnx.proto"], swiftSettings: strict),
    library("Records", [.product(name: "GRDB", package: "GRDB.swift")]),
    library("Plots", ["Catalog"]),
    library(
      "Lab",
      [
        "Catalog", "Conversation", "Language", "Tensors", "Layers", "Graphs", "Models", "Losses",
        "Optimizers", "Datasets", "Checkpoints", "Images", "Training", "ONNX", "Records", "Plots",
      ]),

    library(
      "Benchmarks",
      [
        "Catalog", "CKernels", "Tensors", "Images", "Models", "Losses", "Optimizers", "Datasets",
        "Training", "Records",
      ]),
    library("Transcripts", ["Catalog", "Conversation"]),
    library("Terminal", ["Catalog", "Conversation", "CReadline"]),
    library(
      "Jupyter",
      [
        "Catalog", "Conversation", "CZeroMQ",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .executableTarget(
      name: "athanor",
      dependencies: [
        "Benchmarks", "Catalog", "Conversation", "Lab", "Plots", "Tensors", "Transcripts",
        "Terminal", "Jupyter",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport",
      swiftSettings: strict),
    tests("CatalogTests", ["Catalog"]),
    tests("LanguageTests", ["Catalog", "Language"]),
    tests("TensorsTests", ["CKernels", "Tensors"]),
    tests("LayersTests", ["Layers", "Tensors", "TestSupport"]),
    tests(
      "GraphsTests", ["Catalog", "Graphs", "Layers", "Models", "Tensors", "TestSupport"]),
    tests("CheckpointsTests", ["Catalog", "Checkpoints", "Tensors"]),
    tests(
      "ModelsTests",
      [
        "Catalog", "Checkpoints", "Graphs", "Images", "Layers", "Models", "Tensors", "TestSupport",
      ]),
    tests(
      "LossesTests",
      ["Catalog", "Layers", "Losses", "Models", "Optimizers", "Tensors", "TestSupport"]),
    tests("OptimizersTests", ["Catalog", "Layers", "Optimizers", "Tensors", "TestSupport"]),
    tests("ImagesTests", ["Catalog", "Images", "TestSupport"]),
    tests(
      "DatasetsTests",
      ["Catalog", "Checkpoints", "Datasets", "Images", "Tensors", "TestSupport"]),
    tests(
      "TrainingTests",
      [
        "Catalog", "Checkpoints", "Datasets", "Images", "Layers", "Losses", "Models",
        "Optimizers", "Tensors", "Training", "TestSupport",
      ]),
    tests(
      "ONNXTests",
      [
        "Catalog", "Checkpoints", "Graphs", "Images", "Layers", "Models", "ONNX", "Tensors",
        "TestSupport",
      ]),
    tests("RecordsTests", ["Records", .product(name: "GRDB", package: "GRDB.swift")]),
    tests("PlotsTests", ["Catalog", "Plots"]),
    tests(
      "LabTests",
      [
        "Catalog", "Conversation", "Datasets", "Lab", "Layers", "Losses", "Models", "Optimizers",
        "Jupyter", "Language", "Tensors", "Training", "Transcripts", "Terminal",
      ]),
    tests("TranscriptsTests", ["Catalog", "Conversation", "Transcripts"]),
    tests("TerminalTests", ["Catalog", "Conversation", "Terminal"]),
    tests(
      "CommandLineTests", ["Catalog", "Conversation", "Terminal", "Transcripts", "athanor"]),
    tests("JupyterTests", ["Catalog", "Conversation", "Jupyter"]),
    tests("ArchitectureTests", []),
  ],
  swiftLanguageModes: [.v6]
)
