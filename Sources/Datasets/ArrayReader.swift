import Catalog
import Checkpoints
import Images

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes a data set of named arrays, after checking them against each other.
struct ArrayReader {
  var images: String
  var labels: String
  var layout: ArrayLayout
  var classes: Int?
  var mean: [Float]?
  var std: [Float]?

  /// Pictures and labels of one part, checked and in our order of axes.
  private struct Part {
    var source: any ImageSource
    /// Zeros where pictures have masks.
    var labels: [Int32]
    var greatest: Int
  }

  func dataset(_ path: String, test: TestPart) throws -> Dataset {
    let file = try ArrayFile(path, wanting: [images, labels])
    let whole = try part(in: file, images, labels)
    var testPart: Part?
    switch test {
    case .file(let path):
      testPart = try part(in: try ArrayFile(path, wanting: [images, labels]), images, labels)
    case .beside:
      let (testImages, testLabels) = ("test_" + images, "test_" + labels)
      if file.has(testImages), file.has(testLabels) {
        testPart = try part(in: file, testImages, testLabels)
      }
    case .share: break
    }
    let count = try classCount(whole, testPart, path)
    let normalisation = try normalisation(of: whole.source, path)
    let name = stem(path)
    var train = Split(
      "\(name).train", images: whole.source, labels: whole.labels, classes: count,
      normalisation: normalisation)
    var held: Split?
    if let testPart {
      guard
        [testPart.source.height, testPart.source.width, testPart.source.channels]
          == [train.height, train.width, train.channels]
      else {
        throw Failure(.shape, "\(shown(path)): the test images have another size than the others")
      }
      held = Split(
        "\(name).test", images: testPart.source, labels: testPart.labels, classes: count,
        normalisation: normalisation)
    } else if case .share(let share) = test {
      let heldCount = Int((Double(train.count) * share).rounded())
      guard heldCount > 0, heldCount < train.count else {
        throw Failure(
          .value, "arrays: test=\(numberText(share)) of \(train.count) samples leaves a part empty")
      }
      let parts = stratified(train.labels, classes: count, holding: heldCount, seed: 0)
      held = train.selecting(parts.held, name: "\(name).test")
      train = train.selecting(parts.kept)
    }
    return Dataset(name: name, script: script(path, test), train: train, test: held)
  }

  private func part(in file: ArrayFile, _ images: String, _ labels: String) throws -> Part {
    let pictures = try file.array(images)
    let source = try source(pictures, "\(shown(file.path)): \(shown(images))")
    let stored = try file.array(labels)
    if stored.shape.count >= 3, stored.shape == [source.count, source.height, source.width] {
      let what = "\(shown(file.path)): \(shown(labels))"
      let scenes = try ArrayScenes(source, masks: stored, what)
      return Part(
        source: scenes, labels: Array(repeating: 0, count: scenes.count),
        greatest: scenes.greatest)
    }
    let numbers = try labelNumbers(stored, "\(shown(file.path)): \(shown(labels))")
    guard source.count == numbers.count else {
      throw Failure(
        .data,
        "\(shown(file.path)): \(source.count) images \(pictures.shape), \(numbers.count) labels")
    }
    return Part(source: source, labels: numbers, greatest: Int(numbers.max() ?? 0))
  }

  /// An array as pictures in our order of axes.
  func source(_ array: StoredArray, _ what: String) throws -> any ImageSource {
    var shape = array.shape
    guard shape.count == 3 || shape.count == 4 else {
      throw Failure(
        .shape, "\(what) has the shape \(array.shape); images have three or four axes",
        advice: "N C H W, N H W C (layout=\"NHWC\") or N H W")
    }
    // N H W is one channel in either order.
    if shape.count == 3 { shape.insert(1, at: layout == .channelsFirst ? 1 : 3) }
    guard array.count > 0 else { throw Failure(.shape, "\(what) is empty: \(array.shape)") }
    let (height, width, channels) =
      layout == .channelsFirst ? (shape[2], shape[3], shape[1]) : (shape[1], shape[2], shape[3])
    let isMoved = layout == .channelsFirst && channels > 1
    if array.type == .uint8 {
      let bytes = array.bytes.bytes
      return ByteImages(
        isMoved ? channelsLast(bytes, channels: channels, area: height * width) : bytes,
        height: height, width: width, channels: channels)
    }
    let floats = array.floats()
    if let bad = floats.firstIndex(where: { !$0.isFinite }) {
      throw Failure(
        .data, "\(what): image \(bad / (height * width * channels)) holds \(floats[bad])")
    }
    return FloatImages(
      isMoved ? channelsLast(floats, channels: channels, area: height * width) : floats,
      height: height, width: width, channels: channels)
  }

  private func labelNumbers(_ array: StoredArray, _ what: String) throws -> [Int32] {
    guard array.shape.filter({ $0 != 1 }).count <= 1 else {
      throw Failure(
        .shape,
        "\(what) has the shape \(array.shape); labels are one whole number a sample, "
          + "or masks N H W of the images' size")
    }
    return try array.integers().enumerated().map { index, label in
      guard label >= 0, label < 1_000_000 else {
        throw Failure(.data, "\(what): sample \(index) has the label \(label)")
      }
      return Int32(label)
    }
  }

  private func classCount(_ part: Part, _ test: Part?, _ path: String) throws -> Int {
    let greatest = max(part.greatest, test?.greatest ?? 0)
    let count = classes ?? greatest + 1
    guard greatest < count else {
      throw Failure(.data, "\(shown(path)): there is the label \(greatest), classes=\(count)")
    }
    return count
  }

  private func normalisation(of source: any ImageSource, _ path: String) throws -> Normalisation {
    var result = source.normalisation ?? .identity(channels: source.channels)
    for (name, given) in [("mean", mean), ("std", std)] {
      guard let given else { continue }
      guard given.count == source.channels else {
        throw Failure(
          .argument,
          "arrays: '\(name)' has \(given.count) numbers, the images have "
            + "\(source.channels) channels", site: .named(name))
      }
      if name == "mean" { result.mean = given } else { result.std = given }
    }
    return result
  }

  private func script(_ path: String, _ test: TestPart) -> String {
    var parts = [quotedText(path)]
    if images != "images" { parts.append("images=\(quotedText(images))") }
    if labels != "labels" { parts.append("labels=\(quotedText(labels))") }
    if layout != .channelsFirst { parts.append("layout=\(layout.literal)") }
    if test != .beside { parts.append("test=\(test.literal)") }
    if let classes { parts.append("classes=\(classes)") }
    if let mean { parts.append("mean=\(mean.literal)") }
    if let std { parts.append("std=\(std.literal)") }
    return "arrays(\(parts.joined(separator: ", ")))"
  }

  /// The file's name without folder and ending.
  private func stem(_ path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    return last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
  }
}

/// A file with named arrays, or a folder of npy files.
private struct ArrayFile {
  let path: String
  private let checkpoint: Checkpoint

  init(_ path: String, wanting names: [String]) throws(CheckpointError) {
    self.path = path
    var facts = stat()
    guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
      checkpoint = try Checkpoint.read(path)
      return
    }
    var checkpoint = Checkpoint()
    for name in names + names.map({ "test_" + $0 }) {
      let file = "\(path)/\(name).npy"
      guard access(file, F_OK) == 0, let array = try Checkpoint.read(file)["array"] else {
        continue
      }
      _ = checkpoint.add(name, array)
    }
    self.checkpoint = checkpoint
  }

  func has(_ name: String) -> Bool { checkpoint[name] != nil }

  func array(_ name: String) throws -> StoredArray {
    if let array = checkpoint[name] { return array }
    let names = checkpoint.names.prefix(8).map { shown($0) }.joined(separator: ", ")
    throw Failure(
      .file, "\(shown(path)) has no array \(shown(name)); it has \(names.isEmpty ? "none" : names)",
      advice: nearest(to: name, among: checkpoint.names).map { "did you mean \(shown($0))?" })
  }
}

/// N C H W to N H W C.
func channelsLast<Number>(_ values: [Number], channels: Int, area: Int) -> [Number] {
  transposed(values, rows: channels, columns: area)
}

/// N H W C to N C H W.
func channelsFirst<Number>(_ values: [Number], channels: Int, area: Int) -> [Number] {
  transposed(values, rows: area, columns: channels)
}

/// Matrices of rows × columns, one behind the other, each transposed.
private func transposed<Number>(_ values: [Number], rows: Int, columns: Int) -> [Number] {
  let size = rows * columns
  return [Number](unsafeUninitializedCapacity: values.count) { target, count in
    values.withUnsafeBufferPointer { source in
      for start in stride(from: 0, to: source.count, by: size) {
        for row in 0..<rows {
          for column in 0..<columns {
            target.initializeElement(
              at: start + column * rows + row, to: source[start + row * columns + column])
          }
        }
      }
    }
    count = values.count
  }
}
