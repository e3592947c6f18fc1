import CKernels
import Tensors

/// Weights as the kernels want them, made once and shared by the plans of all batch sizes.
final class PackedWeights {
  private struct Key: Hashable {
    let weight: Graph.Value
    let algorithm: Int32
    let count: Int
  }

  private var known: [Key: FixedWeights] = [:]
  private let source: Graph
  /// Numbers in all of them.
  private(set) var count = 0

  /// Numbers that are kept packed at the most, 512 MB: Winograd's are four times the weights. What is
  /// beyond is packed anew for every batch.
  private static let limit = 128 << 20

  init(_ source: Graph) { self.source = source }

  /// The weights for a plan.
  func weights(_ weight: Graph.Value, for plan: ak_plan) -> FixedWeights {
    let size = plan.packed_floats
    let isPacked = plan.pack_phases > 0 && size > 0 && count + size <= Self.limit
    // What is packed depends on the weights and the algorithm, not on the batch.
    let key = Key(weight: weight, algorithm: plan.algorithm, count: size)
    if let known = known[key] { return known }
    let new = FixedWeights(source, weight, isPacked: isPacked)
    count += isPacked ? size : 0
    known[key] = new
    return new
  }
}

/// The fixed right side of a product, made when it is first needed.
final class FixedWeights {
  /// Whether they are kept packed; otherwise they are as they stand in the graph.
  let isPacked: Bool
  private let source: Graph
  private let weight: Graph.Value
  private var made: Tensor?

  init(_ source: Graph, _ weight: Graph.Value, isPacked: Bool) {
    self.source = source
    self.weight = weight
    self.isPacked = isPacked
  }

  func tensor(_ pack: (Tensor) -> Tensor) -> Tensor {
    if let made { return made }
    guard let plain = source.tensor(weight) else {
      preconditionFailure("the value \(weight) is no constant")
    }
    let new = isPacked ? pack(plain) : plain
    made = new
    return new
  }
}

/// A convolution's or matrix product's plan with its weights packed, where they are fixed.
struct PlannedProduct {
  private let plan: ak_plan
  /// The right side where it is fixed.
  private let fixed: FixedWeights?

  typealias Run = (
    _ plan: UnsafePointer<ak_plan>, _ job: UnsafePointer<ak_job>, _ phase: Int32,
    _ low: Int, _ high: Int, _ scratch: UnsafeMutablePointer<Float>
  ) -> Void

  /// - Parameter fixed: The right side; nil where it changes from batch to batch.
  init(_ plan: ak_plan, _ fixed: FixedWeights? = nil) {
    self.plan = plan
    self.fixed = fixed
  }

  private static func pack(_ weight: Tensor, _ plan: ak_plan, _ run: Run) -> Tensor {
    var result = Tensor(uninitialized: [plan.packed_floats])
    weight.read { weight in
      result.mutate { target in
        let job = ak_job(
          a: weight, b: weight, out: target, packed: target, shared: target, epilogue: nil,
          accumulate: 0)
        PlannedProduct.run(plan, 0..<plan.pack_phases, job, run)
      }
    }
    return result
  }

  private var isPacked: Bool { fixed?.isPacked == true }

  /// Numbers shared by the phases, and room for packing where that is done for every batch.
  var scratchCount: Int { plan.shared_floats + (isPacked ? 0 : packedRoom) }

  private var packedRoom: Int { (plan.packed_floats + 15) / 16 * 16 }

  /// - Parameter b: The right side where it is not fixed.
  func run(
    _ a: Tensor, _ b: Tensor?, into output: inout Tensor, scratch: Tensor,
    _ epilogue: UnsafePointer<ak_epilogue>?, _ run: Run
  ) {
    var scratch = scratch
    let right = fixed?.tensor { PlannedProduct.pack($0, plan, run) } ?? b
    a.read { a in
      reading(right) { b in
        scratch.mutate { room in
          output.mutate { out in
            // Packed weights stand for the right side itself, which is not read any more.
            let packed = isPacked ? UnsafeMutablePointer(mutating: b) : room
            let job = ak_job(
              a: a, b: b, out: out, packed: packed, shared: isPacked ? room : room + packedRoom,
              epilogue: epilogue, accumulate: 0)
            PlannedProduct.run(plan, (isPacked ? plan.pack_phases : 0)..<plan.phases, job, run)
          }
        }
      }
    }
  }

  private static func run(
    _ plan: ak_plan, _ phases: Range<Int32>, _ job: ak_job, _ run: Run
  ) {
    withUnsafePointer(to: plan) { plan in
      withUnsafePointer(to: job) { job in
        for phase in phases {
          parallelFor(
            ak_plan_items(plan, phase), chunk: ak_plan_chunk(plan, phase),
            scratch: plan.pointee.private_floats
          ) { low, high, scratch in run(plan, job, phase, low, high, scratch) }
        }
      }
    }
  }
}
