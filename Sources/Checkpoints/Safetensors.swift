extension CheckpointFormat {
  /// The format of Hugging Face's safetensors library, version 0.4 (2023):
  /// 8 bytes header size n, n bytes of JSON, then the numbers.
  /// https://huggingface.co/docs/safetensors
  public static let safetensors = CheckpointFormat(
    "safetensors", extensions: ["safetensors"],
    recognises: { $0.count > 8 && $0[8] == UInt8(ascii: "{") },
    read: readSafetensors)
}

/// The reference allows 100 MB; no network comes near a quarter of it, and a header of that size
/// is only ever meant to exhaust its reader.
private let longestHeader = 25_000_000

@Sendable
private func readSafetensors(_ file: FileBytes) throws(CheckpointError) -> Checkpoint {
  var reader = ByteReader(file)
  let size = try reader.integer(UInt64.self, "the header size")
  guard size <= UInt64(file.count - 8) else {
    throw CheckpointError(
      file.name, at: 0,
      "the header would take \(size) bytes, \(file.count - 8) are left",
      advice: "the file is cut off or is no safetensors file")
  }
  guard size <= UInt64(longestHeader) else {
    throw CheckpointError(
      file.name, at: 0, "the header takes \(size) bytes, at most \(longestHeader) are read")
  }
  let header = try reader.take(Int(size), "the header")
  let data = try reader.take(reader.remaining, "the numbers")

  var checkpoint = Checkpoint()
  var spans: [(range: Range<Int>, name: String)] = []
  var hasMetadata = false
  var json = JSONReader(header)
  try json.object { (json, name) throws(CheckpointError) in
    if name == "__metadata__" {
      if hasMetadata { throw json.error("'__metadata__' is there twice") }
      hasMetadata = true
      checkpoint.metadata = try readWords(&json)
      return
    }
    let facts = try TensorFacts(&json, name: name)
    let array = try facts.array(named: name, in: data, &json)
    if array.bytes.count > 0 { spans.append((array.bytes.range, name)) }
    guard checkpoint.add(name, array) else { throw json.error("\(shown(name)) is there twice") }
  }
  try json.finish()
  try checkCover(data, spans)
  return checkpoint
}

/// What the header says of one tensor.
private struct TensorFacts {
  var type: ElementType?
  var shape: [Int]?
  var offsets: [Int]?

  init(_ json: inout JSONReader, name: String) throws(CheckpointError) {
    var type: ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    try json.object { (json, key) throws(CheckpointError) in
      switch key {
      case "dtype":
        let word = try json.string()
        guard let known = ElementType(rawValue: word) else {
          throw json.error("\(shown(name)) has the unknown type \(shown(word))")
        }
        type = known
      case "shape": shape = try sizes(&json, atMost: 32, "the shape of \(shown(name))")
      case "data_offsets": offsets = try sizes(&json, atMost: 2, "data_offsets of \(shown(name))")
      default: try json.skip()
      }
    }
    (self.type, self.shape, self.offsets) = (type, shape, offsets)
  }

  func array(
    named name: String, in data: ByteRange, _ json: inout JSONReader
  ) throws(CheckpointError) -> StoredArray {
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw json.error("\(shown(name)) lacks its dtype, shape or data_offsets")
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end, end <= data.count else {
      throw json.error(
        "\(shown(name)) would take bytes \(begin) to \(end) of the numbers, there are \(data.count)"
      )
    }
    guard let needed = checkedProduct(shape, times: type.size), needed == end - begin else {
      throw json.error(
        "\(shown(name)) is \(type.rawValue) \(shape) but has \(end - begin) bytes")
    }
    let start = data.range.lowerBound
    return StoredArray(
      type: type, shape: shape, bytes: ByteRange(data.source, start + begin..<start + end))
  }
}

private func sizes(
  _ json: inout JSONReader, atMost limit: Int, _ what: String
) throws(CheckpointError) -> [Int] {
  var result: [Int] = []
  try json.array { (json) throws(CheckpointError) in
    result.append(try json.size(what))
    if result.count > limit { throw json.error("\(what) has more than \(limit) numbers") }
  }
  return result
}

private func readWords(_ json: inout JSONReader) throws(CheckpointError) -> [String: String] {
  var words: [String: String] = [:]
  try json.object { (json, key) throws(CheckpointError) in
    let word = try json.string()
    guard words.updateValue(word, forKey: key) == nil else {
      throw json.error("\(shown(key)) is in the metadata twice")
    }
  }
  return words
}

/// The tensors must cover the numbers exactly: no byte twice, none left out.
private func checkCover(
  _ data: ByteRange, _ spans: [(range: Range<Int>, name: String)]
) throws(CheckpointError) {
  var next = data.range.lowerBound
  var before = ""
  for span in spans.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
    if span.range.lowerBound < next {
      throw CheckpointError(
        data.source.name, at: span.range.lowerBound,
        "\(shown(span.name)) and \(shown(before)) overlap")
    }
    if span.range.lowerBound > next {
      throw CheckpointError(
        data.source.name, at: next,
        "\(span.range.lowerBound - next) bytes before \(shown(span.name)) belong to no tensor")
    }
    (next, before) = (span.range.upperBound, span.name)
  }
  if next < data.range.upperBound {
    throw CheckpointError(
      data.source.name, at: next,
      "the last \(data.range.upperBound - next) bytes belong to no tensor")
  }
}
