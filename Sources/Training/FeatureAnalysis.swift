import Catalog
public import Datasets
import Layers
public import Models
public import Tensors

/// Linear centred kernel alignment of two representations of the same samples (Kornblith et al.
/// 2019, https://arxiv.org/abs/1905.00414): HSIC(K, L)/√(HSIC(K, K)·HSIC(L, L)), 1 where they are
/// the same up to rotation and scale, about 0 where they are unrelated.
///
/// HSIC is the unbiased estimator of Song et al. (2012), summed over mini-batches before the ratio is
/// taken (Nguyen et al. 2021, https://arxiv.org/abs/2010.15327), so that it depends little on the
/// size of the batches.
public struct Alignment: Sendable {
  private var cross = 0.0
  private var own = 0.0
  private var other = 0.0

  public init() {}

  /// Adds a batch of at least four samples.
  public mutating func add(_ a: Gram, _ b: Gram) {
    cross += a.dependence(on: b)
    own += a.dependence(on: a)
    other += b.dependence(on: b)
  }

  /// NaN where a representation is the same for all samples. The estimator is unbiased, so that
  /// unrelated representations may come out a little below 0.
  public var value: Double {
    own > 0 && other > 0 ? cross / (own * other).squareRoot() : .nan
  }
}

/// Scalar products of a batch's representations, each less their mean, in double precision.
public struct Gram: Sendable, Equatable {
  /// Samples.
  public let count: Int
  /// Row-major, `count`×`count`, with zeros in the diagonal.
  let products: [Double]
  private let rows: [Double]
  private let total: Double

  /// - Parameter features: With the batch first; other axes are taken as one.
  public init(_ features: Tensor) throws {
    let count = features.shape.first ?? 0
    let width = count > 0 ? features.count / count : 0
    let flat = try features.detached.reshaped([count, width])
    // The estimator does not see a shift; without one, rounding counts least.
    let centred = try flat - flat.mean(axes: [0], keepingAxes: true)
    var sums = [Double](repeating: 0, count: count * count)
    // Float products over a thousand numbers, double sums beyond.
    for low in stride(from: 0, to: width, by: 1024) {
      let part = try centred.slice(low..<min(width, low + 1024), axis: 1)
      try matmul(part, part, transposeB: true).read { numbers in
        for index in sums.indices { sums[index] += Double(numbers[index]) }
      }
    }
    for index in 0..<count { sums[index * count + index] = 0 }
    self.count = count
    products = sums
    rows = (0..<count).map { row in
      sums[(row * count)..<((row + 1) * count)].reduce(0, +)
    }
    total = rows.reduce(0, +)
  }

  /// The unbiased estimate of HSIC: (tr(K·L) + 1ᵀK1·1ᵀL1/((n−1)(n−2)) − 2/(n−2)·1ᵀK·L1)/(n(n−3))
  /// of matrices with zeros in the diagonal; 0 of fewer than four samples.
  func dependence(on other: Gram) -> Double {
    guard count > 3, count == other.count else { return 0 }
    let n = Double(count)
    let trace = zip(products, other.products).reduce(0) { $0 + $1.0 * $1.1 }
    let mixed = zip(rows, other.rows).reduce(0) { $0 + $1.0 * $1.1 }
    let outer = total * other.total / ((n - 1) * (n - 2))
    return (trace + outer - 2 * mixed / (n - 2)) / (n * (n - 3))
  }
}

/// How alike the places of two networks are, on some samples.
public struct SimilarityMap: Sendable {
  /// Student's paths, teacher's paths.
  public var rows: [String]
  public var columns: [String]
  /// Linear CKA, a row for each of the student's places.
  public var values: [[Double]]
  public var samples: Int
}

/// Linear CKA between places of two networks in evaluation mode.
///
/// - Parameters:
///   - samples: The first so many of the split, in batches of `batchSize`; a rest of fewer than four
///     is left out.
///   - check: Looked at between batches; throws to stop.
public func similarity(
  of student: Model, _ rows: [String], to teacher: Model, _ columns: [String],
  on split: Split, of data: Dataset, samples: Int, batchSize: Int = 64,
  check: () throws -> Void = {}, progress: (Int) -> Void = { _ in }
) throws -> SimilarityMap {
  try Run.fits(student, "student", data)
  try Run.fits(teacher, "teacher", data)
  let count = min(samples, split.count)
  guard count >= 4 else {
    throw Failure(.data, "CKA needs at least 4 samples, got \(count)")
  }
  var alignments = rows.map { _ in columns.map { _ in Alignment() } }
  var done = 0
  while count - done >= 4 {
    try check()
    let high = min(count, done + max(4, batchSize))
    let images = try split.batch(Array(done..<high)).images
    let own = try grams(student, rows, images, data)
    let others =
      student === teacher && rows == columns
      ? own : try grams(teacher, columns, images, data)
    for (row, a) in own.enumerated() {
      for (column, b) in others.enumerated() { alignments[row][column].add(a, b) }
    }
    done = high
    progress(done)
  }
  return SimilarityMap(
    rows: rows, columns: columns, values: alignments.map { $0.map(\.value) }, samples: done)
}

private func grams(
  _ model: Model, _ paths: [String], _ images: Tensor, _ data: Dataset
) throws -> [Gram] {
  let context = Context(features: Set(paths))
  _ = try model(try renormalised(images, for: model, from: data), context)
  return try paths.map { path in
    guard let feature = context.features[path] else {
      throw Failure(.name, "the module '\(path)' of \(model.name) gives no result of its own")
    }
    return try Gram(feature)
  }
}

/// The shape of what every module of a network gives for one image, by path, in the network's order;
/// modules that give nothing of their own are left out.
public func featureShapes(of model: Model, size: Int) throws -> [(path: String, shape: [Int])] {
  let paths = model.network.modules.map(\.path).filter { !$0.isEmpty }
  let context = Context(features: Set(paths))
  _ = try model(Tensor(zeros: [1, size, size, model.channels]), context)
  return paths.compactMap { path in context.features[path].map { (path, $0.shape) } }
}
