import CKernels

/// Which pixels belong to which window of a pooling, as tables by output row and column.
struct PoolingWindows {
  /// The windows along one axis.
  struct Axis {
    /// Pixels first[i] ..< last[i] belong to window i.
    var first: [Int32] = []
    var last: [Int32] = []
    /// Windows firstOut[h] ..< lastOut[h] have pixel h.
    var firstOut: [Int32] = []
    var lastOut: [Int32] = []
    var divisor: [Float] = []

    /// Notes for every pixel which windows have it; windows move forward, so they are a range.
    mutating func invert(size: Int) {
      firstOut = (0..<size).map { pixel in
        Int32(last.firstIndex { Int($0) > pixel } ?? last.count)
      }
      lastOut = (0..<size).map { pixel in
        Int32(first.firstIndex { Int($0) > pixel } ?? first.count)
      }
    }
  }

  let inputShape: [Int]
  let rows: Axis
  let columns: Axis

  var outputShape: [Int] {
    [inputShape[0], rows.first.count, columns.first.count, inputShape[3]]
  }

  /// Windows of a size, a stride and a padding.
  init(
    _ x: Tensor, kernel: Int, stride: Int, padding: Int, ceilMode: Bool, countsPadding: Bool,
    operation: String
  ) throws {
    try PoolingWindows.check(x, operation)
    guard kernel > 0, stride > 0, padding >= 0, padding * 2 <= kernel else {
      throw ShapeError(
        "\(operation): kernel \(kernel) and stride \(stride) must be positive and padding "
          + "\(padding) at most half the kernel")
    }
    func axis(_ size: Int) throws -> Axis {
      let room = size + 2 * padding - kernel
      guard room >= 0, size > 0 else {
        throw ShapeError(
          "\(operation): a kernel of \(kernel) with padding \(padding) does not fit images "
            + shapeText(x.shape))
      }
      var windows = (ceilMode ? room + stride - 1 : room) / stride + 1
      // The last window must start inside the image or its left padding.
      if ceilMode, (windows - 1) * stride >= size + padding { windows -= 1 }
      var result = Axis()
      for index in 0..<windows {
        let start = index * stride - padding
        let end = Swift.min(start + kernel, size + padding)
        let (low, high) = (Swift.max(start, 0), Swift.min(end, size))
        result.first.append(Int32(low))
        result.last.append(Int32(high))
        result.divisor.append(Float(countsPadding ? end - start : high - low))
      }
      result.invert(size: size)
      return result
    }
    inputShape = x.shape
    rows = try axis(x.shape[1])
    columns = try axis(x.shape[2])
  }

  /// Windows that share the image evenly: window i is ⌊i·H/h⌋ ..< ⌈(i + 1)·H/h⌉.
  init(_ x: Tensor, adaptiveTo height: Int, _ width: Int, operation: String) throws {
    try self.init(x, height, width, "be pooled to", operation) { size, windows in
      (0..<windows).map { ($0 * size / windows, (($0 + 1) * size + windows - 1) / windows) }
    }
  }

  /// Windows side by side, the last ones cut off by the image's end.
  init(_ x: Tensor, patches height: Int, _ width: Int, operation: String) throws {
    try self.init(x, height, width, "be cut into patches of", operation) { size, side in
      stride(from: 0, to: size, by: side).map { ($0, Swift.min($0 + side, size)) }
    }
  }

  /// Windows by the places of the image that they cover, each divided by as many.
  ///
  /// - Parameter spans: First place and the one behind the last of each window, of so many places.
  private init(
    _ x: Tensor, _ height: Int, _ width: Int, _ what: String, _ operation: String,
    spans: (_ size: Int, _ wanted: Int) -> [(Int, Int)]
  ) throws {
    try PoolingWindows.check(x, operation)
    guard height > 0, width > 0, x.shape[1] > 0, x.shape[2] > 0 else {
      throw ShapeError(
        "\(operation): images \(shapeText(x.shape)) cannot \(what) \(height)×\(width)")
    }
    func axis(_ size: Int, _ wanted: Int) -> Axis {
      var result = Axis()
      for (low, high) in spans(size, wanted) {
        result.first.append(Int32(low))
        result.last.append(Int32(high))
        result.divisor.append(Float(high - low))
      }
      result.invert(size: size)
      return result
    }
    inputShape = x.shape
    rows = axis(x.shape[1], height)
    columns = axis(x.shape[2], width)
  }

  private static func check(_ x: Tensor, _ operation: String) throws {
    guard x.rank == 4 else {
      throw ShapeError(
        "\(operation): needs images [N, H, W, C], got a tensor \(shapeText(x.shape))")
    }
  }

  var outputRows: Int { inputShape[0] * rows.first.count }
  var inputRows: Int { inputShape[0] * inputShape[1] }
  /// Output rows, and input rows, worth a thread's while.
  var outputChunk: Int {
    let reach = Int(rows.divisor.max() ?? 1)
    return Swift.max(1, elementChunk / Swift.max(1, inputShape[2] * inputShape[3] * reach))
  }
  var inputChunk: Int {
    Swift.max(1, elementChunk / Swift.max(1, inputShape[2] * inputShape[3]))
  }

  /// Runs the body with the tables in the kernels' form.
  func withTables<Result>(_ body: (UnsafePointer<ak_windows>) -> Result) -> Result {
    let tables = rows.first + rows.last + columns.first + columns.last
    let inverse = rows.firstOut + rows.lastOut + columns.firstOut + columns.lastOut
    let (h, w) = (rows.first.count, columns.first.count)
    let (height, width) = (inputShape[1], inputShape[2])
    return tables.withUnsafeBufferPointer { out in
      inverse.withUnsafeBufferPointer { back in
        rows.divisor.withUnsafeBufferPointer { rowDivisor in
          columns.divisor.withUnsafeBufferPointer { columnDivisor in
            var windows = ak_windows()
            windows.n = inputShape[0]
            windows.height = height
            windows.width = width
            windows.channels = inputShape[3]
            windows.out_height = h
            windows.out_width = w
            windows.first_row = out.baseAddress
            windows.last_row = out.baseAddress.map { $0 + h }
            windows.first_column = out.baseAddress.map { $0 + 2 * h }
            windows.last_column = out.baseAddress.map { $0 + 2 * h + w }
            windows.first_out_row = back.baseAddress
            windows.last_out_row = back.baseAddress.map { $0 + height }
            windows.first_out_column = back.baseAddress.map { $0 + 2 * height }
            windows.last_out_column = back.baseAddress.map { $0 + 2 * height + width }
            windows.row_divisor = rowDivisor.baseAddress
            windows.column_divisor = columnDivisor.baseAddress
            return withUnsafePointer(to: windows, body)
          }
        }
      }
    }
  }
}
