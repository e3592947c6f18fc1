import CKernels

/// The fused passes of one attention on plain numbers.
struct AttentionKernels {
  private let packing: AttentionPacking
  private let sizes: AttentionSizes
  private let shape: ak_attention

  init(
    _ sources: [Tensor], _ packing: AttentionPacking, _ sizes: AttentionSizes, scale: Float,
    bias: Tensor?
  ) {
    self.packing = packing
    self.sizes = sizes
    func row(_ part: AttentionHeads) -> Int { sources[part.source].shape[2] }
    shape = ak_attention(
      images: sizes.images, heads: sizes.heads, queries: sizes.queries, keys: sizes.keys,
      key_width: sizes.keyWidth, value_width: sizes.valueWidth,
      query_row: row(packing.query), query_head: packing.query.stride,
      key_row: row(packing.key), key_head: packing.key.stride,
      value_row: row(packing.value), value_head: packing.value.stride,
      bias_images: bias.map { $0.rank == 4 ? $0.shape[0] : 1 } ?? 0, scale: scale)
  }

  /// The operands, at the first head of the first token.
  private func job(_ sources: [Tensor], bias: Tensor?) -> ak_attention_job {
    var job = ak_attention_job()
    func start(_ part: AttentionHeads) -> UnsafePointer<Float> {
      UnsafePointer(sources[part.source].storage.pointer + part.offset)
    }
    job.q = start(packing.query)
    job.k = start(packing.key)
    job.v = start(packing.value)
    job.bias = bias.map { UnsafePointer($0.storage.pointer) }
    return job
  }

  /// The result, and ln Σ e^score of every row of scores [N, heads, Tq].
  func forward(_ sources: [Tensor], bias: Tensor?) -> (output: Tensor, logSums: Tensor) {
    var output = Tensor(uninitialized: sizes.outputShape)
    var logSums = Tensor(uninitialized: [sizes.images, sizes.heads, sizes.queries])
    var job = job(sources, bias: bias)
    output.mutate { out in
      logSums.mutate { sums in
        job.out = out
        job.log_sums = sums
        run(job, isBackward: false, wantsBias: false)
      }
    }
    withExtendedLifetime((sources, bias)) {}
    return (output, logSums)
  }

  /// The gradients of the sources, nil where not needed, and of the bias.
  func backward(
    _ sources: [Tensor], bias: Tensor?, output: Tensor, logSums: Tensor, gradient: Tensor,
    needs: [Bool]
  ) -> [Tensor?] {
    var job = job(sources, bias: bias)
    job.out = output.storage.pointer
    job.log_sums = logSums.storage.pointer
    job.dout = UnsafePointer(gradient.storage.pointer)
    var results: [Tensor?] = sources.indices.map { source in
      guard needs[source] else { return nil }
      let shape = sources[source].shape
      return isCovered(source, width: shape[2])
        ? Tensor(uninitialized: shape) : Tensor(zeros: shape)
    }
    func start(_ part: AttentionHeads) -> UnsafeMutablePointer<Float>? {
      results[part.source].map { $0.storage.pointer + part.offset }
    }
    job.dq = start(packing.query)
    job.dk = start(packing.key)
    job.dv = start(packing.value)
    let wantsBias = bias != nil && needs[sources.count]
    if let bias {
      results.append(wantsBias ? Tensor(uninitialized: bias.shape) : nil)
      job.dbias = results[sources.count].map { $0.storage.pointer }
    }
    run(job, isBackward: true, wantsBias: wantsBias)
    withExtendedLifetime((sources, bias, output, logSums, gradient)) {}
    return results
  }

  private func run(_ job: ak_attention_job, isBackward: Bool, wantsBias: Bool) {
    var plan = KernelJob.blankPlan
    var job = job
    let code: Int32 = isBackward ? 1 : 0
    withUnsafePointer(to: shape) { shape in
      ak_attention_plan(shape, code, wantsBias ? 1 : 0, &plan)
      let shared = Storage(count: plan.shared_floats)
      job.shared = shared.pointer
      withUnsafePointer(to: job) { job in
        withUnsafePointer(to: plan) { plan in
          KernelJob.runPhases(plan) { phase, low, high, scratch in
            ak_attention_run(shape, code, plan, job, phase, low, high, scratch)
          }
        }
      }
      withExtendedLifetime(shared) {}
    }
  }

  /// Places [first, end) in a row of a source that its queries, keys and values take.
  private func places(_ source: Int) -> [Range<Int>] {
    [packing.query, packing.key, packing.value].filter { $0.source == source }
      .flatMap { part in
        (0..<packing.heads).map { head in
          let start = part.offset + head * part.stride
          return start..<(start + part.width)
        }
      }
      .sorted { $0.lowerBound < $1.lowerBound }
  }

  /// Whether every number of a source's rows gets a gradient written.
  private func isCovered(_ source: Int, width: Int) -> Bool {
    let places = places(source)
    var reached = 0
    for place in places {
      if place.lowerBound > reached { return false }
      reached = Swift.max(reached, place.upperBound)
    }
    return reached == width
  }

  /// Whether no number of a source is used twice, so that gradients are written and not added.
  func isDisjoint(sources: Int) -> Bool {
    (0..<sources).allSatisfy { source in
      let places = places(source)
      return zip(places, places.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
    }
  }
}
