import Tensors

/// Decides for every value of a graph when it is needed and where it lies.
struct PlanLayout {
  /// The block that a value lies in; several values share one where one is a view of another, or
  /// takes another's place.
  private struct Block {
    var lifetime: Lifetime
    var isOutput = false
  }

  private let graph: Graph
  private let batch: Int
  private var steps: [Plan.Step] = []
  private var kernels: [BoundKernel?] = []
  private var blocks: [Block] = []
  private var blockOf: [Graph.Value: Int] = [:]
  /// The last step that reads a value or one that shares its block.
  private var lastUse: [Int]
  private(set) var arenaCount = 0
  private(set) var workingBytes = 0

  init(_ graph: Graph, batch: Int, weights: PackedWeights) {
    self.graph = graph
    self.batch = batch
    lastUse = [Int](repeating: -1, count: graph.shapes.count)
    let maker = KernelMaker(graph: graph, batch: batch, weights: weights)
    kernels = graph.operations.map { operation in
      if case .reshape = operation.primitive, operation.isBare { return nil }
      return maker.kernel(operation)
    }
    noteUses()
  }

  private func isView(_ operation: Graph.Operation) -> Bool {
    if case .reshape = operation.primitive { operation.isBare } else { false }
  }

  private func operands(_ index: Int) -> [Graph.Value] {
    kernels[index]?.operands ?? graph.operations[index].operands
  }

  /// When each value is read last; a view is read when what it views is.
  private mutating func noteUses() {
    for index in graph.operations.indices {
      for value in operands(index) { lastUse[value] = index }
    }
    for output in graph.outputs { lastUse[output.value] = graph.operations.count }
    for (index, operation) in graph.operations.enumerated().reversed() where isView(operation) {
      let source = operands(index)[0]
      lastUse[source] = max(lastUse[source], lastUse[operation.output])
    }
  }

  /// Constants that steps or outputs read beside what kernels have packed.
  var constantsRead: Set<Graph.Value> {
    var result = Set(graph.outputs.map(\.value))
    for index in graph.operations.indices { result.formUnion(operands(index)) }
    return result.filter { graph.constants[$0] != nil }
  }

  /// The steps with their places.
  mutating func place() -> [Plan.Step] {
    for index in graph.operations.indices { assignBlock(index) }
    let outputs = Set(graph.outputs.map(\.value))
    for (value, block) in blockOf where outputs.contains(value) { blocks[block].isOutput = true }
    var lifetimes: [Lifetime] = []
    var slots: [Int?] = []
    for block in blocks {
      slots.append(block.isOutput ? nil : lifetimes.count)
      if !block.isOutput { lifetimes.append(block.lifetime) }
    }
    let scratchBase = lifetimes.count
    for (index, kernel) in kernels.enumerated() {
      lifetimes.append(
        Lifetime(count: kernel?.kernel.scratchCount ?? 0, first: index, last: index))
    }
    let memory = MemoryPlan(lifetimes)
    arenaCount = memory.count
    let released = releases()
    for (index, operation) in graph.operations.enumerated() {
      let shape = graph.shapes[operation.output](batch)
      let work: Plan.Work
      if let kernel = kernels[index]?.kernel, let block = blockOf[operation.output] {
        work = .kernel(
          kernel, place: slots[block].map { memory.places[$0] },
          scratch: memory.places[scratchBase + index])
      } else {
        work = isView(operation) ? .view : .plain(operation)
      }
      steps.append(
        Plan.Step(
          work: work, operands: operands(index), output: operation.output, shape: shape,
          released: released[index]))
    }
    workingBytes = 4 * (arenaCount + looseCount())
    return steps
  }

  /// A block for the result of one operation that has a kernel: the first operand's where that is
  /// not needed any more and the kernel allows it; a view's operand's always.
  private mutating func assignBlock(_ index: Int) {
    let operation = graph.operations[index]
    let count = graph.shapes[operation.output](batch).elementCount
    if isView(operation) {
      blockOf[operation.output] = blockOf[operation.inputs[0]]
      return
    }
    guard let kernel = kernels[index] else { return }
    let last = lastUse[operation.output]
    if kernel.kernel.worksInPlace, let first = kernel.operands.first,
      let block = blockOf[first], blocks[block].lifetime.last == index,
      blocks[block].lifetime.count == count,
      !kernel.operands.dropFirst().contains(where: { blockOf[$0] == block })
    {
      blockOf[operation.output] = block
      blocks[block].lifetime.last = max(last, index)
      return
    }
    blockOf[operation.output] = blocks.count
    blocks.append(
      Block(lifetime: Lifetime(count: count, first: index, last: max(last, index))))
  }

  /// Which values each step is the last to read.
  private func releases() -> [[Graph.Value]] {
    var result = [[Graph.Value]](repeating: [], count: graph.operations.count)
    let kept = Set(graph.outputs.map(\.value))
    var last: [Graph.Value: Int] = [:]
    for index in graph.operations.indices {
      for value in operands(index) { last[value] = index }
      if last[graph.operations[index].output] == nil {
        last[graph.operations[index].output] = index
      }
    }
    for (value, index) in last where !kept.contains(value) { result[index].append(value) }
    return result
  }

  /// The most numbers at a time in values beside the arena.
  private func looseCount() -> Int {
    var most = 0
    let loose = graph.operations.enumerated().filter { index, operation in
      guard !isView(operation) else { return false }
      return kernels[index] == nil || blocks[blockOf[operation.output] ?? 0].isOutput
    }
    for index in graph.operations.indices {
      var sum = 0
      for (first, operation) in loose
      where first <= index && index <= max(first, lastUse[operation.output]) {
        sum += graph.shapes[operation.output](batch).elementCount
      }
      most = max(most, sum)
    }
    return most
  }
}
