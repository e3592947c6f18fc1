import CKernels

/// The sizes of one convolution, and its three passes on plain numbers.
struct ConvolutionKernels {
  private var sizes: ak_conv

  /// Sizes that `window.outputShape` has accepted.
  init(input: [Int], weight: [Int], output: [Int], _ window: ConvolutionWindow) {
    sizes = ak_conv(
      n: input[0], h: input[1], w: input[2], c: input[3],
      k: weight[3], r: weight[0], s: weight[1],
      stride_h: window.strideHeight, stride_w: window.strideWidth,
      pad_top: window.padding.top, pad_left: window.padding.left,
      dil_h: window.dilationHeight, dil_w: window.dilationWidth,
      groups: window.groups, oh: output[1], ow: output[2])
  }

  /// The plan of a pass; the same for the same sizes.
  private func plan(_ pass: ak_pass) -> ak_plan {
    var plan = KernelJob.blankPlan
    withUnsafePointer(to: sizes) {
      ak_conv_plan($0, pass, ConvolutionArithmetic.isExact ? 1 : 0, &plan)
    }
    return plan
  }

  func forward(_ x: Tensor, _ w: Tensor, bias: Tensor?, shape: [Int]) -> Tensor {
    var output = Tensor(uninitialized: shape)
    var epilogue = ak_epilogue()
    withExtendedLifetime(bias?.storage) {
      epilogue.bias = bias.map { UnsafePointer($0.storage.pointer) }
      run(AK_FORWARD, x, w, epilogue: epilogue, into: &output)
    }
    return output
  }

  func inputGradient(_ dy: Tensor, _ w: Tensor, shape: [Int]) -> Tensor {
    var output = Tensor(uninitialized: shape)
    run(AK_INPUT_GRADIENT, dy, w, into: &output)
    return output
  }

  func weightGradient(_ x: Tensor, _ dy: Tensor, shape: [Int]) -> Tensor {
    var output = Tensor(uninitialized: shape)
    run(AK_WEIGHT_GRADIENT, x, dy, into: &output)
    return output
  }

  private func run(
    _ pass: ak_pass, _ a: Tensor, _ b: Tensor, epilogue: ak_epilogue? = nil,
    into output: inout Tensor
  ) {
    let plan = plan(pass)
    KernelJob(plan: plan, a: a, b: b, epilogue: epilogue).run(into: &output) {
      job, plan, phase, low, high, scratch in
      withUnsafePointer(to: sizes) { sizes in
        ak_conv_run(sizes, pass, plan, job, phase, low, high, scratch)
      }
    }
  }
}
