public import Tensors

/// An array as a file keeps it: type, shape, and little-endian bytes in row-major order, in place
/// where the file has them so. Numbers are widened when they are asked for.
public struct StoredArray: Sendable {
  public let type: ElementType
  public let shape: [Int]
  public let bytes: ByteRange

  /// - Parameter bytes: Exactly as many as shape and type need, which the caller has checked.
  init(type: ElementType, shape: [Int], bytes: ByteRange) {
    precondition(checkedProduct(shape, times: type.size) == bytes.count)
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// Numbers as Float32; their count must be the shape's.
  public init(_ values: [Float], shape: [Int], name: String = "array") {
    precondition(values.count == shape.elementCount)
    self.init(
      type: .float32, shape: shape,
      bytes: FileBytes(values.withUnsafeBytes { [UInt8]($0) }, name: name).all)
  }

  /// Bytes as unsigned 8-bit numbers; their count must be the shape's.
  public init(_ values: [UInt8], shape: [Int], name: String = "array") {
    precondition(values.count == shape.elementCount)
    self.init(type: .uint8, shape: shape, bytes: FileBytes(values, name: name).all)
  }

  /// Whole numbers as 64-bit ones; their count must be the shape's.
  public init(_ values: [Int], shape: [Int], name: String = "array") {
    precondition(values.count == shape.elementCount)
    self.init(
      type: .int64, shape: shape,
      bytes: FileBytes(
        values.map { Int64($0).littleEndian }.withUnsafeBytes { [UInt8]($0) }, name: name
      ).all)
  }

  /// A tensor's numbers in its own layout.
  public init(_ tensor: Tensor, name: String = "tensor") {
    let bytes = tensor.read { [UInt8](UnsafeRawBufferPointer(start: $0, count: tensor.count * 4)) }
    self.init(type: .float32, shape: tensor.shape, bytes: FileBytes(bytes, name: name).all)
  }

  /// The same numbers under another shape of as many.
  public func reshaped(_ shape: [Int]) -> StoredArray? {
    guard checkedProduct(shape) == count else { return nil }
    return StoredArray(type: type, shape: shape, bytes: bytes)
  }

  /// Number of elements.
  public var count: Int { shape.elementCount }

  /// The numbers as Float: narrower types exactly, wider ones rounded to nearest.
  public func floats() -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { target, initialised in
      if let base = target.baseAddress { widen(into: base) }
      initialised = count
    }
  }

  /// The numbers as a tensor of this very shape and order; layouts are the caller's business.
  public func tensor() -> Tensor {
    var result = Tensor(uninitialized: shape)
    result.mutate { widen(into: $0) }
    return result
  }

  /// The numbers in the layout of a parameter; the shape must have the axes of that layout.
  ///
  /// One pass over the bytes where their type is common.
  public func tensor(in layout: Layout) throws -> Tensor {
    guard let number = type.number, count > 0 else {
      return try layout.tensor(fromCheckpoint: floats(), shape)
    }
    return try bytes.withBytes { raw in
      guard let source = raw.baseAddress else {
        return try layout.tensor(fromCheckpoint: floats(), shape)
      }
      return layout.tensor(fromCheckpoint: source, number, shape)
    }
  }

  /// Writes `count` numbers.
  public func widen(into target: UnsafeMutablePointer<Float>) {
    bytes.withBytes { raw in
      guard let source = raw.baseAddress else { return }
      if let number = type.number { return number.widen(source, into: target, count: count) }
      switch type {
      case .float8e4m3: each(raw, target, UInt8.self, widenedE4M3)
      case .float8e5m2: each(raw, target, UInt8.self, widenedE5M2)
      case .int32: each(raw, target, Int32.self) { Float($0) }
      case .int16: each(raw, target, Int16.self) { Float($0) }
      case .int8: each(raw, target, Int8.self) { Float($0) }
      case .uint64: each(raw, target, UInt64.self) { Float($0) }
      case .uint32: each(raw, target, UInt32.self) { Float($0) }
      case .uint16: each(raw, target, UInt16.self) { Float($0) }
      case .uint8: each(raw, target, UInt8.self) { Float($0) }
      case .bool: each(raw, target, UInt8.self) { $0 == 0 ? 0 : 1 }
      // Those of `number`, done above.
      case .float64, .float32, .float16, .bfloat16, .int64: break
      }
    }
  }

  /// The numbers as whole ones.
  ///
  /// - Throws: Where one has a fraction, is no number, or is beyond 64 bits.
  public func integers() throws(CheckpointError) -> [Int] {
    switch type {
    case .int64: return numbers(Int64.self) { Int($0) }
    case .int32: return numbers(Int32.self) { Int($0) }
    case .int16: return numbers(Int16.self) { Int($0) }
    case .int8: return numbers(Int8.self) { Int($0) }
    case .uint32: return numbers(UInt32.self) { Int($0) }
    case .uint16: return numbers(UInt16.self) { Int($0) }
    case .uint8: return numbers(UInt8.self) { Int($0) }
    case .bool: return numbers(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint64: return try exact(numbers(UInt64.self) { Int(exactly: $0) })
    case .float64: return try exact(numbers(Double.self) { Int(exactly: $0) })
    default: return try exact(floats().map { Int(exactly: $0) })
    }
  }

  private func exact(_ numbers: [Int?]) throws(CheckpointError) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(numbers.count)
    for (index, number) in numbers.enumerated() {
      guard let number else {
        throw CheckpointError(
          bytes.source.name, at: bytes.range.lowerBound + index * type.size,
          "element \(index) is not a whole number")
      }
      result.append(number)
    }
    return result
  }

  private func numbers<Number: BitwiseCopyable, Result>(
    _: Number.Type, _ convert: (Number) -> Result
  ) -> [Result] {
    bytes.withBytes { raw in
      (0..<count).map {
        convert(raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Number>.size, as: Number.self))
      }
    }
  }
}

extension StoredArray: Equatable {
  /// The same type, shape and bytes, wherever they stand.
  public static func == (a: StoredArray, b: StoredArray) -> Bool {
    a.type == b.type && a.shape == b.shape
      && a.bytes.withBytes { left in b.bytes.withBytes { right in left.elementsEqual(right) } }
  }
}

@inline(__always)
private func each<Number: BitwiseCopyable>(
  _ raw: UnsafeRawBufferPointer, _ target: UnsafeMutablePointer<Float>, _: Number.Type,
  _ convert: (Number) -> Float
) {
  let size = MemoryLayout<Number>.size
  for index in 0..<raw.count / size {
    target[index] = convert(raw.loadUnaligned(fromByteOffset: index * size, as: Number.self))
  }
}
