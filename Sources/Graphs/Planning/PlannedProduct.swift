import CKernels
import Tensors

/// Weights as the kernels want them, made once and shared by the plans of all batch sizes.
final class PackedWeights {
  private struct Key: Hashable {
    let weight: Graph.Value
    let algorithm: Int32
    let count: Int
  }

  private var packed: [Key: Tensor] = [:]

  /// Numbers in all of them.
  var count: Int { packed.values.reduce(0) { $0 + $1.count } }

  fileprivate func tensor(
    _ plan: ak_plan, _ weight: Graph.Value, make: () -> Tensor
  ) -> Tensor {
    // What is packed depends on the weights and the algorithm, not on the batch.
    let key = Key(weight: weight, algorithm: plan.algorithm, count: plan.packed_floats)
    if let known = packed[key] { return known }
    let new = make()
    packed[key] = new
    return new
  }
}

/// A convolution's or matrix product's plan with its weights packed, where they are fixed.
struct PlannedProduct {
  private let plan: ak_plan
  private let packed: Tensor?

  typealias Run = (
    _ plan: UnsafePointer<ak_plan>, _ job: UnsafePointer<ak_job>, _ phase: Int32,
    _ low: Int, _ high: Int, _ scratch: UnsafeMutablePointer<Float>
  ) -> Void

  /// Both sides change from batch to batch.
  init(_ plan: ak_plan) {
    self.plan = plan
    packed = nil
  }

  /// The right side is fixed.
  init(
    _ plan: ak_plan, weight: Tensor, id: Graph.Value, _ weights: PackedWeights, _ run: Run
  ) {
    self.plan = plan
    guard plan.pack_phases > 0, plan.packed_floats > 0 else {
      packed = nil
      return
    }
    packed = weights.tensor(plan, id) {
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
  }

  /// Numbers shared by the phases, and room for packing where the right side is not fixed.
  var scratchCount: Int { plan.shared_floats + (packed == nil ? packedRoom : 0) }

  private var packedRoom: Int { (plan.packed_floats + 15) / 16 * 16 }

  func run(
    _ a: Tensor, _ b: Tensor, into output: inout Tensor, scratch: Tensor,
    _ epilogue: UnsafePointer<ak_epilogue>?, _ run: Run
  ) {
    var scratch = scratch
    a.read { a in
      b.read { b in
        reading(packed) { packed in
          scratch.mutate { room in
            output.mutate { out in
              let job = ak_job(
                a: a, b: b, out: out,
                packed: packed.map { UnsafeMutablePointer(mutating: $0) } ?? room,
                shared: packed == nil ? room + packedRoom : room, epilogue: epilogue,
                accumulate: 0)
              let first = packed == nil ? 0 : plan.pack_phases
              PlannedProduct.run(plan, first..<plan.phases, job, run)
            }
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
