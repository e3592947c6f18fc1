/// Where the queries, keys or values of all heads lie in a packed projection [N, T, width].
///
/// Head i of token t is the numbers offset + i·stride ..< offset + i·stride + width of its row.
public struct AttentionHeads: Sendable, Equatable {
  /// Which of the tensors given holds them.
  public var source: Int
  public var offset: Int
  /// Numbers from a head to the next.
  public var stride: Int
  /// Numbers of one head.
  public var width: Int

  /// Heads side by side (`stride` = `width`) unless said otherwise.
  public init(source: Int, offset: Int = 0, stride: Int? = nil, width: Int) {
    self.source = source
    self.offset = offset
    self.stride = stride ?? width
    self.width = width
  }
}

/// How queries, keys and values are packed in the projections they come from.
public struct AttentionPacking: Sendable, Equatable {
  public var heads: Int
  public var query: AttentionHeads
  public var key: AttentionHeads
  public var value: AttentionHeads

  public init(
    heads: Int, query: AttentionHeads, key: AttentionHeads, value: AttentionHeads
  ) {
    self.heads = heads
    self.query = query
    self.key = key
    self.value = value
  }

  /// One projection [q of all heads, k of all heads, v of all heads], as in ViT and Swin.
  public static func joint(heads: Int, width: Int) -> AttentionPacking {
    let all = heads * width
    return AttentionPacking(
      heads: heads,
      query: AttentionHeads(source: 0, width: width),
      key: AttentionHeads(source: 0, offset: all, width: width),
      value: AttentionHeads(source: 0, offset: 2 * all, width: width))
  }

  /// One projection in which every head has its q, k and v behind one another, as in LeViT.
  public static func byHead(
    heads: Int, keyWidth: Int, valueWidth: Int
  ) -> AttentionPacking {
    let stride = 2 * keyWidth + valueWidth
    return AttentionPacking(
      heads: heads,
      query: AttentionHeads(source: 0, stride: stride, width: keyWidth),
      key: AttentionHeads(source: 0, offset: keyWidth, stride: stride, width: keyWidth),
      value: AttentionHeads(source: 0, offset: 2 * keyWidth, stride: stride, width: valueWidth))
  }

  /// Queries in a projection of their own; every head's k and v behind one another in a second, as
  /// in LeViT's subsampling attention.
  public static func queryThenKeyValueByHead(
    heads: Int, keyWidth: Int, valueWidth: Int
  ) -> AttentionPacking {
    let stride = keyWidth + valueWidth
    return AttentionPacking(
      heads: heads,
      query: AttentionHeads(source: 0, width: keyWidth),
      key: AttentionHeads(source: 1, stride: stride, width: keyWidth),
      value: AttentionHeads(source: 1, offset: keyWidth, stride: stride, width: valueWidth))
  }

  /// [q of all heads, k of all heads] and the values apart, as in TNT.
  public static func queryKeyThenValue(
    heads: Int, keyWidth: Int, valueWidth: Int
  ) -> AttentionPacking {
    AttentionPacking(
      heads: heads,
      query: AttentionHeads(source: 0, width: keyWidth),
      key: AttentionHeads(source: 0, offset: heads * keyWidth, width: keyWidth),
      value: AttentionHeads(source: 1, width: valueWidth))
  }

  /// Queries, keys and values in three tensors.
  public static func separate(
    heads: Int, keyWidth: Int, valueWidth: Int
  ) -> AttentionPacking {
    AttentionPacking(
      heads: heads,
      query: AttentionHeads(source: 0, width: keyWidth),
      key: AttentionHeads(source: 1, width: keyWidth),
      value: AttentionHeads(source: 2, width: valueWidth))
  }
}

/// The sizes of one attention, checked.
struct AttentionSizes {
  let images: Int
  let heads: Int
  let queries: Int
  let keys: Int
  let keyWidth: Int
  let valueWidth: Int

  var outputShape: [Int] { [images, queries, heads * valueWidth] }
  var scoreShape: [Int] { [images, heads, queries, keys] }

  init(_ sources: [Tensor], _ packing: AttentionPacking, bias: Tensor?) throws {
    for part in [packing.query, packing.key, packing.value] {
      try AttentionSizes.check(part, packing.heads, sources)
    }
    let (q, k, v) = (
      sources[packing.query.source].shape, sources[packing.key.source].shape,
      sources[packing.value.source].shape
    )
    guard q[0] == k[0], k[0] == v[0], k[1] == v[1], packing.query.width == packing.key.width
    else {
      throw ShapeError(
        "attention: queries of \(shapeText(q)) (heads of \(packing.query.width)), keys of "
          + "\(shapeText(k)) (heads of \(packing.key.width)) and values of \(shapeText(v)) do not "
          + "go together")
    }
    images = q[0]
    heads = packing.heads
    queries = q[1]
    keys = k[1]
    keyWidth = packing.key.width
    valueWidth = packing.value.width
    if let bias { try check(bias) }
  }

  private static func check(
    _ part: AttentionHeads, _ heads: Int, _ sources: [Tensor]
  ) throws {
    guard sources.indices.contains(part.source), sources[part.source].rank == 3 else {
      throw ShapeError(
        "attention: needs token sequences [N, T, width], source \(part.source) of "
          + sources.map { shapeText($0.shape) }.joined(separator: ", ") + " is none")
    }
    let width = sources[part.source].shape[2]
    let last = part.offset.addingReportingOverflow(part.width)
    let reach = (heads - 1).multipliedReportingOverflow(by: part.stride)
    guard heads > 0, part.offset >= 0, part.width > 0, part.stride >= part.width || heads == 1,
      !last.overflow, !reach.overflow, last.partialValue <= width,
      reach.partialValue <= width - last.partialValue
    else {
      throw ShapeError(
        "attention: \(heads) heads of \(part.width) from \(part.offset) on, \(part.stride) apart, "
          + "do not fit rows of \(width)")
    }
  }

  private func check(_ bias: Tensor) throws {
    let matrix = [heads, queries, keys]
    let fits =
      bias.shape == matrix
      || (bias.rank == 4 && Array(bias.shape.dropFirst()) == matrix && bias.shape[0] > 0
        && images % bias.shape[0] == 0)
    guard fits else {
      throw ShapeError(
        "attention: a bias \(shapeText(bias.shape)) does not fit scores "
          + "\(shapeText(scoreShape))")
    }
  }
}
