/// A value that a pickle describes. Containers, texts and objects are places in a `PickleHeap`, so
/// a pickle can nest and refer to itself as it likes without costing stack or leaking.
enum PickleValue: BitwiseCopyable {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case text(Int)
  case bytes(Int)
  case tuple(Int)
  case list(Int)
  case dict(Int)
  /// A class or function that is named; nothing here can call it.
  case global(Int)
  /// What a class or function that is not known here would have made.
  case object(Int)
  case storage(Int)
  case tensor(Int)
  case dtype(Int)
  case array(Int)
}

/// What the values of one pickle refer to.
struct PickleHeap {
  typealias Pair = (key: PickleValue, value: PickleValue)

  /// What an unknown class would have made: its name, and what it was given.
  struct Opaque {
    var name: String
    /// What `__setstate__` or `__dict__` would have been given.
    var state: PickleValue = .none
    /// Items of a class that is a dictionary.
    var items: [Pair] = []
  }

  /// A block of numbers that several tensors may look at.
  struct Storage {
    var key: String
    /// The class: `FloatStorage`.
    var typeName: String
    /// Number of elements, or of bytes where there is no type.
    var count: Int
    /// Where it begins in the storage of that key, in elements.
    var offset = 0
  }

  struct Tensor {
    var storage: Int
    var offset: Int
    var shape: [Int]
    var strides: [Int]
    /// The torch dtype where the storage has no type: `float8_e4m3fn`.
    var typeName: String?
  }

  /// A NumPy array being built: type and numbers come after the array itself.
  struct Array {
    var stored: StoredArray?
  }

  /// A NumPy dtype: `f4` with its byte order.
  struct NumberType {
    var code: String
    var isBigEndian = false
  }

  var texts: [ByteRange] = []
  var bytes: [ByteRange] = []
  var tuples: [[PickleValue]] = []
  var lists: [[PickleValue]] = []
  var dicts: [[Pair]] = []
  var globals: [String] = []
  var objects: [Opaque] = []
  var storages: [Storage] = []
  var tensors: [Tensor] = []
  var types: [NumberType] = []
  var arrays: [Array] = []

  /// The words of a text, where it is UTF-8 and no longer than names are.
  func string(_ value: PickleValue, atMost limit: Int = 1 << 12) -> String? {
    guard case .text(let index) = value, texts[index].count <= limit else { return nil }
    return texts[index].withBytes { String(validating: $0, as: UTF8.self) }
  }

  /// The elements of a tuple or list.
  func elements(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let index): tuples[index]
    case .list(let index): lists[index]
    default: nil
    }
  }

  /// A tuple of sizes, none negative.
  func sizes(_ value: PickleValue) -> [Int]? {
    guard let elements = elements(value), elements.count <= 32 else { return nil }
    var result: [Int] = []
    for element in elements {
      guard case .int(let size) = element, size >= 0 else { return nil }
      result.append(size)
    }
    return result
  }

  mutating func new(text: ByteRange) -> PickleValue {
    texts.append(text)
    return .text(texts.count - 1)
  }

  mutating func new(bytes range: ByteRange) -> PickleValue {
    bytes.append(range)
    return .bytes(bytes.count - 1)
  }

  mutating func new(tuple: [PickleValue]) -> PickleValue {
    tuples.append(tuple)
    return .tuple(tuples.count - 1)
  }

  mutating func new(list: [PickleValue]) -> PickleValue {
    lists.append(list)
    return .list(lists.count - 1)
  }

  mutating func new(dict: [Pair]) -> PickleValue {
    dicts.append(dict)
    return .dict(dicts.count - 1)
  }

  mutating func new(opaque: Opaque) -> PickleValue {
    objects.append(opaque)
    return .object(objects.count - 1)
  }
}
