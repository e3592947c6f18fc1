import Tensors

/// Numbers of a file that are read with strides, or in the other byte order.
struct StridedBytes {
  private let data: ByteRange
  private let type: ElementType
  private let shape: [Int]
  private let strides: [Int]
  private let offset: Int
  private let isBigEndian: Bool

  /// - Parameters:
  ///   - strides: How far, in elements, a step along each axis leads; none is negative.
  ///   - offset: The element that comes first. Caller has checked that all lie inside `data`.
  init(
    _ data: ByteRange, type: ElementType, shape: [Int], strides: [Int], offset: Int,
    isBigEndian: Bool = false
  ) {
    self.data = data
    self.type = type
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.isBigEndian = isBigEndian && type.size > 1
  }

  /// Strides of numbers that lie one after the other.
  static func strides(of shape: [Int], isColumnMajor: Bool = false) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    if isColumnMajor {
      for axis in shape.indices.dropFirst() { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    } else {
      for axis in shape.indices.dropLast().reversed() {
        strides[axis] = strides[axis + 1] * shape[axis + 1]
      }
    }
    return strides
  }

  /// Whether the numbers stand as a `StoredArray` has them.
  var isInOwnOrder: Bool {
    if isBigEndian { return false }
    if shape.contains(0) { return true }
    let own = StridedBytes.strides(of: shape)
    return shape.indices.allSatisfy { shape[$0] == 1 || strides[$0] == own[$0] }
  }

  /// The numbers row-major and little-endian: in place where they are so already.
  func inOwnOrder() -> StoredArray {
    let count = shape.elementCount
    if isInOwnOrder {
      let start = data.range.lowerBound + (count == 0 ? 0 : offset * type.size)
      return StoredArray(
        type: type, shape: shape,
        bytes: ByteRange(data.source, start..<start + count * type.size))
    }
    let size = type.size
    let target = UnsafeMutableRawBufferPointer.allocate(byteCount: count * size, alignment: 64)
    data.withBytes { source in
      switch size {
      case 1: copy(source, target, UInt8.self) { $0 }
      case 2: copy(source, target, UInt16.self) { isBigEndian ? $0.byteSwapped : $0 }
      case 4: copy(source, target, UInt32.self) { isBigEndian ? $0.byteSwapped : $0 }
      default: copy(source, target, UInt64.self) { isBigEndian ? $0.byteSwapped : $0 }
      }
    }
    return StoredArray(
      type: type, shape: shape,
      bytes: FileBytes(adopting: target, count: count * size, name: data.source.name).all)
  }

  @inline(__always)
  private func copy<Number: BitwiseCopyable>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _: Number.Type,
    _ convert: (Number) -> Number
  ) {
    let size = MemoryLayout<Number>.size
    var index = Array(repeating: 0, count: shape.count)
    var from = offset
    for position in 0..<target.count / size {
      let number = source.loadUnaligned(fromByteOffset: from * size, as: Number.self)
      target.storeBytes(of: convert(number), toByteOffset: position * size, as: Number.self)
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        from += strides[axis]
        if index[axis] < shape[axis] { break }
        from -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
  }
}
