import CKernels

/// A planned product or convolution: phase after phase, the items of each on all threads.
///
/// Items and what each of them sums are the plan's, which knows the shape alone: the result has the
/// same bits for any number of threads.
struct KernelJob {
  let plan: ak_plan
  let a: Tensor
  let b: Tensor
  var epilogue: ak_epilogue?

  typealias Kernel = (
    _ job: UnsafePointer<ak_job>, _ plan: UnsafePointer<ak_plan>, _ phase: Int32,
    _ low: Int, _ high: Int, _ scratch: UnsafeMutablePointer<Float>
  ) -> Void

  /// The instruction set new plans are made for: 0 the best there is; for tests of the others.
  @TaskLocal static var instructionSet: Int32 = 0

  /// A plan to be filled in.
  static var blankPlan: ak_plan {
    var plan = ak_plan()
    plan.isa = instructionSet
    return plan
  }

  func run(into output: inout Tensor, _ kernel: Kernel) {
    let packed = Storage(count: plan.packed_floats)
    let shared = Storage(count: plan.shared_floats)
    output.mutate { target in
      withExtendedLifetime((a.storage, b.storage, packed, shared)) {
        withUnsafePointer(to: epilogue ?? ak_epilogue()) { epilogue in
          let job = ak_job(
            a: a.storage.pointer, b: b.storage.pointer, out: target, packed: packed.pointer,
            shared: shared.pointer, epilogue: self.epilogue == nil ? nil : epilogue, accumulate: 0)
          withUnsafePointer(to: job) { job in
            withUnsafePointer(to: plan) { plan in
              KernelJob.runPhases(plan) { phase, low, high, scratch in
                kernel(job, plan, phase, low, high, scratch)
              }
            }
          }
        }
      }
    }
  }

  /// The items of each phase in turn, on all threads.
  static func runPhases(
    _ plan: UnsafePointer<ak_plan>,
    _ kernel: (
      _ phase: Int32, _ low: Int, _ high: Int, _ scratch: UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    for phase in 0..<plan.pointee.phases {
      let items = ak_plan_items(plan, phase)
      let chunk = ak_plan_chunk(plan, phase)
      parallelFor(items, chunk: chunk, scratch: plan.pointee.private_floats) {
        low, high, scratch in
        kernel(phase, low, high, scratch)
      }
    }
  }
}
