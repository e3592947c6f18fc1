/// NumPy's arrays, scalars and types as they stand in a pickle.
extension Pickle {
  /// A call of NumPy's or `_codecs`', or of something unknown.
  mutating func numpy(
    _ name: String, _ values: [PickleValue]
  ) throws(CheckpointError) -> PickleValue {
    switch name {
    case "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct":
      heap.arrays.append(PickleHeap.Array())
      return .array(heap.arrays.count - 1)
    case "numpy.dtype":
      guard let code = values.first.flatMap({ heap.string($0) }) else { break }
      heap.types.append(PickleHeap.NumberType(code: code))
      return .dtype(heap.types.count - 1)
    case "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer":
      // Protocol 5: (bytes, type, shape, order)
      guard values.count >= 4 else { break }
      let isColumnMajor = PickleValue.bool(heap.string(values[3]) == "F")
      let state = heap.new(tuple: [.none, values[2], values[1], isColumnMajor, values[0]])
      heap.arrays.append(PickleHeap.Array(stored: try numpyArray(state)))
      return .array(heap.arrays.count - 1)
    case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar":
      return try numpyScalar(values)
    case "_codecs.encode":
      // How protocol 2 writes bytes: as a text whose characters are the bytes.
      guard let first = values.first, case .text(let index) = first else { break }
      return heap.new(bytes: try latin(heap.texts[index]))
    default: break
    }
    return heap.new(opaque: PickleHeap.Opaque(name: name))
  }

  private func latin(_ text: ByteRange) throws(CheckpointError) -> ByteRange {
    let bytes: [UInt8]? = text.withBytes { raw in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(raw.count)
      var index = 0
      while index < raw.count {
        let byte = raw[index]
        index += 1
        if byte < 0x80 {
          bytes.append(byte)
        } else if byte & 0xFC == 0xC0, index < raw.count, raw[index] & 0xC0 == 0x80 {
          bytes.append(byte << 6 | raw[index] & 0x3F)
          index += 1
        } else {
          return nil
        }
      }
      return bytes
    }
    guard let bytes else { throw error("a block of bytes of the pickle is written wrongly") }
    return FileBytes(bytes, name: text.source.name).all
  }

  /// (version, shape, type, whether column-major, bytes)
  func numpyArray(_ state: PickleValue) throws(CheckpointError) -> StoredArray? {
    guard let facts = heap.elements(state), facts.count >= 5, let shape = heap.sizes(facts[1]),
      case .dtype(let index) = facts[2], case .bool(let isColumnMajor) = facts[3],
      case .bytes(let place) = facts[4], let type = numberType(heap.types[index].code)
    else { return nil }
    let data = heap.bytes[place]
    guard checkedProduct(shape, times: type.size) == data.count else {
      throw error("an array of shape \(shape) has \(data.count) bytes")
    }
    let strides = StridedBytes.strides(of: shape, isColumnMajor: isColumnMajor)
    return StridedBytes(
      data, type: type, shape: shape, strides: strides, offset: 0,
      isBigEndian: heap.types[index].isBigEndian
    ).inOwnOrder()
  }

  private mutating func numpyScalar(_ values: [PickleValue]) throws(CheckpointError) -> PickleValue
  {
    guard values.count == 2, case .dtype(let index) = values[0], case .bytes(let place) = values[1],
      let type = numberType(heap.types[index].code), heap.bytes[place].count == type.size
    else { return heap.new(opaque: PickleHeap.Opaque(name: "numpy.scalar")) }
    let stored = StridedBytes(
      heap.bytes[place], type: type, shape: [], strides: [], offset: 0,
      isBigEndian: heap.types[index].isBigEndian
    ).inOwnOrder()
    if type == .float64 {
      let bits = stored.bytes.withBytes { $0.loadUnaligned(as: UInt64.self) }
      return .float(Double(bitPattern: UInt64(littleEndian: bits)))
    }
    if type.isFloating { return .float(Double(stored.floats()[0])) }
    guard let number = (try? stored.integers())?.first else { return .none }
    return type == .bool ? .bool(number != 0) : .int(number)
  }

  private func numberType(_ code: String) -> ElementType? {
    switch code {
    case "f8": .float64
    case "f4": .float32
    case "f2": .float16
    case "i8": .int64
    case "i4": .int32
    case "i2": .int16
    case "i1": .int8
    case "u8": .uint64
    case "u4": .uint32
    case "u2": .uint16
    case "u1": .uint8
    case "b1": .bool
    default: nil
    }
  }
}
