import Testing

@testable import Tensors

/// One convolution to check.
struct ConvolutionCase: CustomTestStringConvertible, Sendable {
  var input: [Int]
  var weight: [Int]
  var window: ConvolutionWindow

  init(_ input: [Int], _ weight: [Int], _ window: ConvolutionWindow = ConvolutionWindow()) {
    self.input = input
    self.weight = weight
    self.window = window
  }

  var testDescription: String {
    "\(input) * \(weight) stride \(window.strideHeight),\(window.strideWidth)"
      + " padding \(window.padding.top),\(window.padding.left),\(window.padding.bottom)"
      + " dilation \(window.dilationHeight) groups \(window.groups)"
  }

  var x: Tensor { MultilinearCheck.numbers(input, testDescription + "x") }
  var w: Tensor { MultilinearCheck.numbers(weight, testDescription + "w") }

  /// Odd shapes, every algorithm among them.
  static let all: [ConvolutionCase] = [
    .init([1, 5, 4, 1], [3, 3, 1, 1]),
    .init([2, 7, 9, 3], [7, 7, 3, 10], .init(stride: 2, padding: 3)),
    .init([3, 8, 5, 5], [3, 3, 5, 17], .init(stride: 2, padding: 1)),
    .init([2, 9, 9, 17], [3, 3, 17, 24], .init(padding: 1)),
    .init([1, 13, 11, 24], [3, 3, 24, 16], .init(padding: 1)),
    .init([7, 2, 2, 20], [3, 3, 20, 9], .init(padding: 1)),
    .init([7, 1, 1, 6], [3, 3, 6, 5], .init(padding: 1)),
    .init([2, 10, 7, 6], [2, 5, 6, 7], .init(stride: 3, padding: 2, dilation: 2)),
    .init([2, 6, 6, 12], [3, 3, 4, 9], .init(padding: 1, groups: 3)),
    .init([2, 9, 8, 18], [3, 3, 1, 18], .init(padding: 1, groups: 18)),
    .init([2, 9, 8, 5], [5, 5, 1, 5], .init(stride: 2, padding: 2, groups: 5)),
    .init([2, 5, 5, 4], [3, 3, 1, 8], .init(padding: 1, groups: 4)),
    // Groups of few columns are joined; some joined rows are longer than a tile.
    .init([2, 7, 6, 32], [3, 3, 4, 32], .init(stride: 2, padding: 1, groups: 8)),
    .init([2, 6, 6, 24], [1, 1, 6, 28], .init(groups: 4)),
    .init([2, 5, 5, 40], [3, 3, 20, 16], .init(padding: 1, groups: 2)),
    .init([2, 5, 4, 240], [3, 3, 120, 8], .init(padding: 1, groups: 2)),
    .init([2, 6, 5, 96], [3, 3, 24, 96], .init(padding: 1, groups: 4)),
    .init([2, 9, 9, 64], [3, 3, 64, 24], .init(stride: 2, padding: 1)),
    .init([2, 7, 8, 100], [3, 3, 100, 140], .init(stride: 2, padding: 1)),
    .init([3, 7, 7, 33], [1, 1, 33, 12], .init(stride: 2)),
    .init([2, 4, 4, 40], [1, 1, 40, 70]),
    .init([1, 4, 4, 2], [4, 4, 2, 3]),
    .init(
      [2, 6, 8, 4], [2, 3, 4, 5],
      .init(
        strides: (1, 2), padding: .init(top: 0, left: 1, bottom: 1, right: 0), dilations: (2, 1))),
    .init([1, 6, 6, 150], [3, 3, 150, 130], .init(padding: 1)),
    .init([1, 8, 8, 260], [3, 3, 260, 20], .init(padding: 1)),
    // Winograd's tiles of 3 and 4: some short either way, all short, one side only, cut off.
    .init([2, 7, 14, 20], [3, 3, 20, 36], .init(padding: 1)),
    .init([2, 6, 9, 16], [3, 3, 16, 17], .init(padding: 1)),
    .init([2, 8, 11, 18], [3, 3, 18, 16], .init(padding: 1)),
    .init([1, 5, 13, 24], [3, 3, 24, 30], .init(padding: 1)),
    // Dilated by Winograd: an image as several, and one whose size the dilation does not divide.
    .init([2, 8, 12, 18], [3, 3, 18, 20], .init(padding: 2, dilation: 2)),
    .init([1, 12, 9, 16], [3, 3, 16, 24], .init(padding: 3, dilation: 3)),
    .init([1, 11, 8, 20], [3, 3, 20, 16], .init(padding: 2, dilation: 2)),
    // Many channels: weights transformed part by part, forward or backward only.
    .init([2, 7, 10, 70], [3, 3, 70, 270], .init(padding: 1)),
    .init([3, 7, 7, 290], [3, 3, 290, 40], .init(padding: 1)),
    // Pictures by rows, of either stride.
    .init([2, 17, 23, 3], [3, 3, 3, 11], .init(stride: 2, padding: 1)),
    .init([2, 9, 14, 3], [3, 3, 3, 16], .init(padding: 1)),
    // A stem on its phases, its last tiles cut off by both borders.
    .init([3, 55, 50, 4], [7, 7, 4, 33], .init(stride: 2, padding: 3)),
  ]
}

/// The three passes by their definition, in double precision.
struct PlainConvolution {
  var y: [Double]
  var dx: [Double]
  var dw: [Double]

  init(_ c: ConvolutionCase, _ x: Tensor, _ w: Tensor, _ dy: Tensor, output: [Int]) {
    let (x, w, dy) = (x.values, w.values, dy.values)
    y = Array(repeating: 0, count: output.elementCount)
    dx = Array(repeating: 0, count: x.count)
    dw = Array(repeating: 0, count: w.count)
    let (input, weight, v) = (c.input, c.weight, c.window)
    let outputsPerGroup = weight[3] / v.groups
    for n in 0..<input[0] {
      for oy in 0..<output[1] {
        for ox in 0..<output[2] {
          for tap in 0..<(weight[0] * weight[1]) {
            let yy = oy * v.strideHeight + tap / weight[1] * v.dilationHeight - v.padding.top
            let xx = ox * v.strideWidth + tap % weight[1] * v.dilationWidth - v.padding.left
            guard (0..<input[1]).contains(yy), (0..<input[2]).contains(xx) else { continue }
            let pixel = ((n * input[1] + yy) * input[2] + xx) * input[3]
            let target = ((n * output[1] + oy) * output[2] + ox) * output[3]
            for k in 0..<weight[3] {
              for i in 0..<weight[2] {
                let from = pixel + k / outputsPerGroup * weight[2] + i
                let by = (tap * weight[2] + i) * weight[3] + k
                y[target + k] += Double(x[from]) * Double(w[by])
                dx[from] += Double(dy[target + k]) * Double(w[by])
                dw[by] += Double(x[from]) * Double(dy[target + k])
              }
            }
          }
        }
      }
    }
  }
}

@Suite(.serialized) struct ConvolutionTests {
  @Test(arguments: ConvolutionCase.all)
  func passesAgreeWithTheirDefinition(_ c: ConvolutionCase) throws {
    let (x, w) = (c.x, c.w)
    let output = try c.window.outputShape(c.input, c.weight)
    let dy = MultilinearCheck.numbers(output, "dy")
    let plain = PlainConvolution(c, x, w, dy, output: output)
    func passes() throws -> [Double] {
      let dx = try convolutionInputGradient(dy, w, input: c.input, c.window)
      let dw = try convolutionWeightGradient(x, dy, weight: c.weight, c.window)
      return [
        MultilinearCheck.error(try convolution(x, w, c.window), plain.y),
        MultilinearCheck.error(dx, plain.dx), MultilinearCheck.error(dw, plain.dw),
      ]
    }
    // Every instruction set up to the processor's best.
    for level: Int32 in 1...3 {
      try KernelJob.$instructionSet.withValue(level) {
        for error in try ConvolutionArithmetic.exactly({ try passes() }) { #expect(error < 1e-5) }
        for error in try passes() { #expect(error < 5e-5) }
      }
    }
  }

  @Test(arguments: ConvolutionCase.all.filter { $0.input.elementCount < 3000 })
  func firstAndSecondDerivativesAgreeWithDifferences(_ c: ConvolutionCase) throws {
    let bias = MultilinearCheck.numbers([c.weight[3]], "bias")
    try ConvolutionArithmetic.exactly {
      try MultilinearCheck.derivatives(c.testDescription, [c.x, c.w, bias]) {
        try convolution($0[0], $0[1], bias: $0[2], c.window)
      }
    }
  }

  @Test func gradientsAreDifferentiableThemselves() throws {
    let c = ConvolutionCase([2, 6, 5, 4], [3, 3, 2, 6], .init(stride: 2, padding: 1, groups: 2))
    let dy = MultilinearCheck.numbers(try c.window.outputShape(c.input, c.weight), "closed")
    try MultilinearCheck.derivatives("input gradient", [dy, c.w]) {
      try convolutionInputGradient($0[0], $0[1], input: c.input, c.window)
    }
    try MultilinearCheck.derivatives("weight gradient", [c.x, dy]) {
      try convolutionWeightGradient($0[0], $0[1], weight: c.weight, c.window)
    }
  }

  @Test(
    arguments: ConvolutionCase.all + [
      .init([4, 16, 16, 32], [3, 3, 32, 32], .init(padding: 1)),
      .init([2, 12, 12, 140], [3, 3, 140, 140], .init(padding: 1)),
    ])
  func bitsDoNotDependOnThreads(_ c: ConvolutionCase) throws {
    let bias = MultilinearCheck.numbers([c.weight[3]], "bias")
    let dy = MultilinearCheck.numbers(try c.window.outputShape(c.input, c.weight), "dy")
    try MultilinearCheck.threads(c.testDescription) {
      [
        try convolution(c.x, c.w, bias: bias, c.window),
        try convolutionInputGradient(dy, c.w, input: c.input, c.window),
        try convolutionWeightGradient(c.x, dy, weight: c.weight, c.window),
      ]
    }
  }

  @Test func biasIsAddedToEveryPixel() throws {
    let c = ConvolutionCase([2, 9, 9, 17], [3, 3, 17, 24], .init(padding: 1))
    let bias = MultilinearCheck.numbers([24], "bias")
    let with = try convolution(c.x, c.w, bias: bias, c.window).values
    let without = try convolution(c.x, c.w, c.window).values
    let expected = without.enumerated().map { Double($1) + Double(bias.values[$0 % 24]) }
    #expect(MultilinearCheck.error(try Tensor(with, [with.count]), expected) < 1e-6)
  }

  @Test func anEmptyBatchGivesAnEmptyImageAndZeroWeights() throws {
    let x = Tensor(zeros: [0, 8, 8, 16])
    let w = MultilinearCheck.numbers([3, 3, 16, 16], "w").variable()
    let y = try convolution(x, w, .init(padding: 1))
    #expect(y.shape == [0, 8, 8, 16])
    let dw = try convolutionWeightGradient(x, y, weight: w.shape, .init(padding: 1))
    #expect(dw.values.allSatisfy { $0 == 0 })
  }

  @Test func shapesThatDisagreeAreNamed() throws {
    let x = Tensor(zeros: [2, 8, 8, 3])
    let w = Tensor(zeros: [3, 3, 4, 8])
    let error = #expect(throws: ShapeError.self) { try convolution(x, w) }
    #expect(error?.message.contains("[2, 8, 8, 3]") == true)
    #expect(error?.message.contains("[3, 3, 4, 8]") == true)
    #expect(throws: ShapeError.self) { try convolution(Tensor(zeros: [8, 8, 3]), w) }
    let small = Tensor(zeros: [1, 2, 2, 4])
    #expect(throws: ShapeError.self) { try convolution(small, w) }
    #expect(throws: ShapeError.self) { try convolution(small, w, .init(stride: 0, padding: 1)) }
    #expect(throws: ShapeError.self) { try convolution(small, w, .init(padding: -1)) }
    #expect(throws: ShapeError.self) { try convolution(small, w, .init(padding: .max)) }
    #expect(throws: ShapeError.self) { try convolution(small, w, .init(padding: 1, groups: 3)) }
    #expect(throws: ShapeError.self) {
      try convolution(small, w, bias: Tensor(zeros: [4]), .init(padding: 1))
    }
    #expect(throws: ShapeError.self) {
      try convolutionWeightGradient(small, small, weight: w.shape, .init(padding: 1))
    }
  }
}
