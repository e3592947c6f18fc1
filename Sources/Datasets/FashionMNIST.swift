import Catalog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Zalando's pictures of clothes: 60,000 + 10,000, 28×28 grey, 10 classes of equal size.
enum FashionMNIST {
  /// Where the system's package puts it.
  static let folder = "/usr/share/datasets/fashion-mnist"

  static let declaration = Declaration(
    "fashion_mnist", "Fashion-MNIST: 60000 + 10000 grey pictures of clothes, 28×28, 10 classes.",
    details: """
      Xiao, Rasul and Vollgraf 2017, https://arxiv.org/abs/1708.07747, licence MIT. Read from the \
      system's package `dataset-fashion-mnist`, or from a folder with the four files.
      """,
    Argument("path", "Folder of the four IDX files.", default: folder),
    examples: ["data = fashion_mnist()"],
    keywords: ["clothes", "images", "idx"]
  ) { path in
    guard access(path, F_OK) == 0 else {
      throw Failure(
        .file, "Fashion-MNIST is not at '\(path)'",
        advice: "run 'apt install dataset-fashion-mnist' or give path=")
    }
    return try MNIST.read(
      path, name: "fashion_mnist",
      classNames: [
        "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle boot",
      ],
      script: path == folder ? "fashion_mnist()" : "fashion_mnist(\(quotedText(path)))")
  }
}
