import Checkpoints
import Foundation
import Tensors

/// Reads the arrays of an ONNX file, wherever it keeps their numbers.
struct OnnxArrays {
  let file: String
  let folder: String

  /// Numbers in an array, at most.
  static let most = 1 << 31
  /// Axes of an array, at most: what the kernels count.
  static let mostAxes = 8

  func value(_ array: OnnxTensorProto) throws -> OnnxValue {
    let shape = try shape(array)
    let count = shape.elementCount
    guard let type = OnnxTensorProto.DataType(rawValue: Int(array.dataType)) else {
      throw problem(array, "has numbers of kind \(array.dataType), which is not read")
    }
    if array.dataLocation == .external {
      let bytes = try external(array)
      return try bytes.withBytes { try decoded($0, type, shape, count, array) }
    }
    if array.hasRawData {
      return try array.rawData.withUnsafeBytes { try decoded($0, type, shape, count, array) }
    }
    return try listed(type, shape, count, array)
  }

  private func shape(_ array: OnnxTensorProto) throws -> [Int] {
    var count = 1
    for size in array.dims {
      // Sizes beside an empty axis count, too, as products of some axes are taken later.
      let (product, overflows) = count.multipliedReportingOverflow(by: max(Int(size), 1))
      guard size >= 0, !overflows, product <= OnnxArrays.most,
        array.dims.count <= OnnxArrays.mostAxes
      else {
        throw problem(array, "has the shape \(array.dims)")
      }
      count = product
    }
    return array.dims.map { Int($0) }
  }

  private func decoded(
    _ bytes: UnsafeRawBufferPointer, _ type: OnnxTensorProto.DataType, _ shape: [Int],
    _ count: Int, _ array: OnnxTensorProto
  ) throws -> OnnxValue {
    func numbers<Number: BitwiseCopyable>(_: Number.Type) throws -> (Int) -> Number {
      let size = MemoryLayout<Number>.size
      guard bytes.count == count * size else {
        throw problem(array, "needs \(count * size) bytes and has \(bytes.count)")
      }
      return { bytes.loadUnaligned(fromByteOffset: $0 * size, as: Number.self) }
    }
    func integers<Number: FixedWidthInteger & BitwiseCopyable>(
      _ type: Number.Type
    ) throws -> OnnxValue {
      let number = try numbers(type)
      return .integers(OnnxIntegers((0..<count).map { Int(clamping: number($0)) }, shape))
    }
    func floats(_ number: (Int) -> Float) throws -> OnnxValue {
      var tensor = Tensor(uninitialized: shape)
      tensor.mutate { target in for index in 0..<count { target[index] = number(index) } }
      return .numbers(OnnxTensor(tensor))
    }
    switch type {
    case .float:
      _ = try numbers(Float.self)
      var tensor = Tensor(uninitialized: shape)
      tensor.mutate { target in
        if let source = bytes.baseAddress { memcpy(target, source, bytes.count) }
      }
      return .numbers(OnnxTensor(tensor))
    case .double:
      let number = try numbers(Double.self)
      return try floats { Float(number($0)) }
    case .float16:
      let number = try numbers(UInt16.self)
      return try floats { Float(Float16(bitPattern: number($0))) }
    case .bfloat16:
      let number = try numbers(UInt16.self)
      return try floats { Float(bitPattern: UInt32(number($0)) << 16) }
    case .int64: return try integers(Int64.self)
    case .int32: return try integers(Int32.self)
    case .int16: return try integers(Int16.self)
    case .int8: return try integers(Int8.self)
    case .uint8, .bool: return try integers(UInt8.self)
    case .uint16: return try integers(UInt16.self)
    case .uint32: return try integers(UInt32.self)
    case .uint64: return try integers(UInt64.self)
    default: throw problem(array, "has numbers of kind \(array.dataType), which is not read")
    }
  }

  /// Numbers in the message's own lists, which older exporters write.
  private func listed(
    _ type: OnnxTensorProto.DataType, _ shape: [Int], _ count: Int, _ array: OnnxTensorProto
  ) throws -> OnnxValue {
    func check(_ found: Int) throws {
      guard found == count else {
        throw problem(array, "needs \(count) numbers and has \(found)")
      }
    }
    switch type {
    case .float:
      try check(array.floatData.count)
      return .numbers(OnnxTensor(try Tensor(array.floatData, shape)))
    case .double:
      try check(array.doubleData.count)
      return .numbers(OnnxTensor(try Tensor(array.doubleData.map { Float($0) }, shape)))
    case .float16, .bfloat16:
      try check(array.int32Data.count)
      let isHalf = type == .float16
      let values = array.int32Data.map { bits in
        isHalf
          ? Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
          : Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: bits)) << 16)
      }
      return .numbers(OnnxTensor(try Tensor(values, shape)))
    case .int64:
      try check(array.int64Data.count)
      return .integers(OnnxIntegers(array.int64Data.map { Int($0) }, shape))
    case .uint32, .uint64:
      try check(array.uint64Data.count)
      return .integers(OnnxIntegers(array.uint64Data.map { Int(clamping: $0) }, shape))
    case .int32, .int16, .int8, .uint8, .uint16, .bool:
      try check(array.int32Data.count)
      return .integers(OnnxIntegers(array.int32Data.map { Int($0) }, shape))
    default: throw problem(array, "has numbers of kind \(array.dataType), which is not read")
    }
  }

  /// The bytes of an array that lies in a file beside the model.
  private func external(_ array: OnnxTensorProto) throws -> ByteRange {
    let words = Dictionary(
      array.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    guard let location = words["location"], !location.isEmpty, !location.hasPrefix("/"),
      !location.split(separator: "/").contains("..")
    else {
      throw problem(array, "lies in \(shown(words["location"] ?? "")), outside the model's folder")
    }
    let other = try FileBytes(path: folder.isEmpty ? location : folder + "/" + location)
    let offset = Int(words["offset"] ?? "0") ?? -1
    let length = words["length"].map { Int($0) ?? -1 } ?? other.count - offset
    guard offset >= 0, length >= 0, offset <= other.count, length <= other.count - offset else {
      throw problem(array, "is not inside \(shown(location))")
    }
    return ByteRange(other, offset..<offset + length)
  }

  private func problem(_ array: OnnxTensorProto, _ reason: String) -> CheckpointError {
    CheckpointError(file, "the array \(shown(array.name)) \(reason)")
  }
}
