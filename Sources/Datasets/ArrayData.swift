public import Catalog
import Checkpoints

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The order of the axes of pictures in a file.
public enum ArrayLayout: String, Choice {
  case channelsFirst = "NCHW"
  case channelsLast = "NHWC"
}

/// Anyone's pictures and labels, from array files.
enum ArrayData {
  static let declaration = Declaration(
    "arrays", "A data set from arrays in a safetensors, npz or npy file.",
    details: """
      `path` is a safetensors or npz file with both arrays, or a folder of npy files. Images are \
      N C H W, N H W C or N H W. Bytes become x/255 and are normalised by mean and std, measured \
      where not given; floats are taken as they are unless mean and std are given. Labels are N whole \
      numbers, or N H W with a class for every pixel and 255 for none. The test part is `test`: another file of the same arrays, or a share of the \
      samples; else arrays named `test_…` beside the others are it, where there are any.
      """,
    Argument<String>("path", "The file or folder."),
    Argument("images", "Name of the array of images.", default: "images"),
    Argument("labels", "Name of the array of labels.", default: "labels"),
    Argument("layout", "Order of the axes.", default: ArrayLayout.channelsFirst),
    Argument(
      "test", "Another file, or a share of the samples; none: see details.",
      default: TestPart.beside),
    Argument(
      "classes", "Number of classes; none: one more than the greatest label.", default: Int?.none
    ) {
      $0.map { $0 > 0 } ?? true ? nil : "must be positive"
    },
    Argument("mean", "Mean of each channel; none: measured.", default: [Float]?.none),
    Argument("std", "Deviation of each channel; none: measured.", default: [Float]?.none) {
      $0?.allSatisfy { $0 > 0 } ?? true ? nil : "must be positive"
    },
    examples: [
      "save digits(), \"digits.safetensors\"; data = arrays(\"digits.safetensors\")"
    ],
    keywords: ["numpy", "npy", "npz", "safetensors", "own data", "file"]
  ) { path, images, labels, layout, test, classes, mean, std in
    try ArrayReader(
      images: images, labels: labels, layout: layout, classes: classes, mean: mean, std: std
    ).dataset(path, test: test)
  }
}

/// Where the test part of arrays is.
enum TestPart: ArgumentType, Equatable {
  case beside
  case file(String)
  case share(Double)

  static let expected = "a file name, a share between 0 and 1, or none"

  static func read(_ value: Value) throws -> TestPart {
    switch value {
    case .none: return .beside
    case .string(let path): return .file(path)
    case .number(let share) where share > 0 && share < 1: return .share(share)
    default: throw Mismatch()
    }
  }

  var literal: String {
    switch self {
    case .beside: "none"
    case .file(let path): quotedText(path)
    case .share(let share): numberText(share)
    }
  }
}
