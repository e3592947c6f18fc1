/// The blocks of numbers of a PyTorch file, and the tensors that look at them.
final class TorchStorages {
  private let isBigEndian: Bool
  /// Bytes that tensors which do not lie one number after the other may still take: a tensor can
  /// be far larger than its storage, by strides of zero.
  private var budget: Int
  private let content: (String) throws(CheckpointError) -> ByteRange

  /// - Parameters:
  ///   - budget: What copies may take in all, beside a few megabytes.
  ///   - content: The bytes of a storage.
  init(
    isBigEndian: Bool, budget: Int,
    content: @escaping (String) throws(CheckpointError) -> ByteRange
  ) {
    self.isBigEndian = isBigEndian
    self.budget = budget + (16 << 20)
    self.content = content
  }

  /// Bytes of one element of a storage class.
  static func unit(_ typeName: String) -> Int? {
    if let type = type(typeName) { return type.size }
    switch typeName {
    case "UntypedStorage", "QInt8Storage", "QUInt8Storage": return 1
    case "ComplexFloatStorage": return 8
    case "ComplexDoubleStorage": return 16
    case "QInt32Storage": return 4
    default: return nil
    }
  }

  private static func type(_ name: String) -> ElementType? {
    switch name {
    case "DoubleStorage", "float64": .float64
    case "FloatStorage", "float32": .float32
    case "HalfStorage", "float16": .float16
    case "BFloat16Storage", "bfloat16": .bfloat16
    case "float8_e4m3fn": .float8e4m3
    case "float8_e5m2": .float8e5m2
    case "LongStorage", "int64": .int64
    case "IntStorage", "int32": .int32
    case "ShortStorage", "int16": .int16
    case "CharStorage", "int8": .int8
    case "ByteStorage", "uint8": .uint8
    case "uint64": .uint64
    case "uint32": .uint32
    case "uint16": .uint16
    case "BoolStorage", "bool": .bool
    default: nil
    }
  }

  /// A tensor's type, or the name of the type that is not read here.
  static func type(of tensor: PickleHeap.Tensor, _ heap: PickleHeap) -> (ElementType?, String) {
    let name = tensor.typeName ?? heap.storages[tensor.storage].typeName
    return (type(name), name)
  }

  /// The numbers of a tensor: in place where they lie one after the other.
  func array(
    _ tensor: PickleHeap.Tensor, _ type: ElementType, _ heap: PickleHeap, named name: String
  ) throws(CheckpointError) -> StoredArray {
    let storage = heap.storages[tensor.storage]
    let data = try content(storage.key)
    func error(_ reason: String) -> CheckpointError {
      CheckpointError(data.source.name, at: data.range.lowerBound, "\(shown(name)) \(reason)")
    }
    guard let bytes = checkedProduct(tensor.shape, times: type.size) else {
      throw error("of shape \(tensor.shape) is larger than any file")
    }
    // The last element: offset + Σ (size − 1)·stride.
    var last = storage.offset.addingReportingOverflow(tensor.offset)
    let offset = last.partialValue
    for (size, stride) in zip(tensor.shape, tensor.strides) where bytes > 0 {
      let step = (size - 1).multipliedReportingOverflow(by: stride)
      let sum = last.partialValue.addingReportingOverflow(step.partialValue)
      last = (sum.partialValue, last.overflow || step.overflow || sum.overflow)
    }
    let there = data.count / type.size
    guard !last.overflow, bytes == 0 || last.partialValue < there else {
      throw error(
        "of shape \(tensor.shape) and strides \(tensor.strides) reaches beyond its storage of "
          + "\(there) elements")
    }
    let view = StridedBytes(
      data, type: type, shape: tensor.shape, strides: tensor.strides, offset: offset,
      isBigEndian: isBigEndian)
    if !view.isInOwnOrder {
      guard bytes <= budget else {
        throw error("of shape \(tensor.shape) takes \(bytes) bytes out of \(data.count)")
      }
      budget -= bytes
    }
    return view.inOwnOrder()
  }
}
